/// What a negative reply means for the message and for the sender: by enhanced code, then code, then text.
///
/// Values only, so that the table of real replies in the tests is the specification.
enum ReplyPolicy {
    static func consequence(of reply: SMTPReply, at step: SMTPStep) -> SMTPFailure.Consequence {
        guard reply.isPermanent else { return .temporary }
        if step.isBeforeTransaction || step == .reset { return .senderFault }
        // Before RCPT nothing can be about the recipient.
        if step == .mail { return isAboutMessage(reply) ? .permanent : .senderFault }
        if let enhanced = reply.enhanced, let verdict = byEnhancedCode(enhanced, reply, step) { return verdict }
        if let verdict = byText(reply.text.lowercased()) { return verdict }
        return byCode(reply.code)
    }

    /// The message's size, or a host that takes no mail at all (RFC 7504).
    private static func isAboutMessage(_ reply: SMTPReply) -> Bool {
        reply.code == 552 || reply.code == 521 || reply.enhanced.map { ($0.subject, $0.detail) == (3, 4) } ?? false
    }

    private static func byEnhancedCode(
        _ status: EnhancedStatusCode, _ reply: SMTPReply, _ step: SMTPStep
    ) -> SMTPFailure.Consequence? {
        switch (status.subject, status.detail) {
        // Bad sender address or domain, sender not authenticated.
        case (1, 7), (1, 8): return .senderFault
        // Bad mailbox, moved, ambiguous, bad domain, null MX.
        case (1, _): return .permanent
        // Mailbox disabled, full, list expansion.
        case (2, _): return .permanent
        // Message too big for the system.
        case (3, 4): return .permanent
        // Routing: no answer from host, loop; some providers mean their limits by it.
        case (4, _): return byText(reply.text.lowercased()) ?? .permanent
        // Wrong command or arguments: ours, unless the recipient's syntax is meant.
        case (5, _): return step == .recipient ? nil : .senderFault
        // Content that cannot be converted.
        case (6, _): return .permanent
        // Security and policy: what the text says, else about us, because it is hardly ever about the recipient.
        case (7, 0), (7, 1): return byText(reply.text.lowercased()) ?? .senderFault
        case (7, 2): return .permanent
        case (7, 13): return .permanent
        case (7, 17), (7, 18): return .permanent
        case (7, _): return .senderFault
        default: return nil
        }
    }

    private static func byCode(_ code: Int) -> SMTPFailure.Consequence {
        switch code {
        // A login is wanted, or our command was not understood.
        case 530, 534, 535, 538, 500, 502, 503, 504: .senderFault
        default: .permanent
        }
    }

    /// Words that tell apart what a code leaves open.
    private static func byText(_ text: String) -> SMTPFailure.Consequence? {
        if surelyAboutUs.contains(where: text.contains) { return .senderFault }
        if aboutRecipient.contains(where: text.contains) { return .permanent }
        if aboutUs.contains(where: text.contains) { return .senderFault }
        return nil
    }

    private static let surelyAboutUs = [
        "your account", "your ip", "your domain", "your message", "sender domain", "sender address", "sending limit",
        "from address", "client host", "relay access denied", "unable to relay", "not verified",
    ]

    private static let aboutRecipient = [
        "user unknown", "unknown user", "no such user", "no such recipient", "no such mailbox", "does not exist",
        "doesn't exist", "mailbox unavailable", "mailbox not found", "recipient not found", "unknown recipient",
        "unknown mailbox", "invalid recipient", "recipient rejected", "user not found", "not our customer",
        "user not local",
        "account is disabled", "account disabled", "account has been disabled", "inactive user", "is inactive",
        "mailbox full", "mailbox is full", "over quota", "quota exceeded", "no mailbox", "unrouteable address",
        "address unknown", "unknown address", "no longer available", "suspended", "recipient address rejected",
        "not a known user", "undeliverable address", "invalid mailbox", "bad destination", "unknown local",
        "recipient blocked", "blocked by the recipient", "recipient has blocked", "user has blocked",
    ]

    private static let aboutUs = [
        "blacklist", "blocklist", "block list", "black list", "denylist", "dnsbl", "rbl", "spamhaus", "barracuda",
        "spamcop", "sorbs", "reputation", "your ip", "client host", "sender ip", "ip address", "sending ip",
        "blocked using", "banned", "relay", "authentication required", "not authenticated", "must authenticate",
        "log in", "login", "authenticate", "unauthenticated", "not authorized", "not allowed to send",
        "sender address rejected", "sender rejected", "sender denied", "not permitted to send", "spf", "dkim",
        "dmarc", "reverse dns", "rdns", "ptr", "helo", "too many messages", "sending limit", "send limit",
        "rate limit", "quota for sending", "daily limit", "policy", "access denied", "spam", "unsolicited",
        "sender verify", "sender domain", "bad sender", "starttls", "must issue",
    ]

    /// Whether the server wants an unknown sender to come back (RFC 6647).
    static func isGreylisting(_ reply: SMTPReply) -> Bool {
        guard reply.isTransient, reply.code != 421 else { return false }
        let text = reply.text.lowercased()
        return text.contains("greylist") || text.contains("graylist") || text.contains("grey list")
            || text.contains("grey-list") || text.contains("try again in") || text.contains("postgrey")
    }
}
