internal import Mail

/// The words of a reply, read for what its codes leave open. Lower-cased English, and the few phrases that providers
/// write in their own language only.
struct ReplyWords {
    private let text: [UInt8]

    /// Octets that are judged: whoever has something to say has said it by then.
    private static let judged = 512

    init(_ reply: SMTPReply) { text = Phrases.octets(of: reply.text, limit: Self.judged) }

    /// What the words say when the codes do not; nil when they say nothing either.
    var verdict: ReplyMeaning? {
        if areSurelyAboutUs { return .us }
        if contain(Self.aboutRecipient) { return .recipient }
        if contain(Self.aboutUs) { return .us }
        return nil
    }

    var areSurelyAboutUs: Bool { contain(Self.surelyAboutUs) }
    var areSurelyAboutRecipient: Bool { contain(Self.surelyAboutRecipient) }

    var speakOfGreylisting: Bool {
        contain(Self.greylisting)
    }

    /// Whether they say in so many words that there is no such address.
    var sayAddressIsUnknown: Bool { contain(Self.addressIsUnknown) }
    var sayAddressIsClosed: Bool { contain(Self.addressIsClosed) }
    /// Whether they tell of what may be otherwise tomorrow: a full mailbox, too much mail for one.
    var speakOfWhatPasses: Bool { contain(Self.passing) }

    var nameATime: Bool { contain(Self.time) }

    /// Whether the server wants less from us. Not where a mailbox is full or too busy: that is the recipient's.
    func askToSlowDown(for reply: SMTPReply) -> Bool {
        if let enhanced = reply.enhanced {
            if enhanced.subject == 2 { return contain(Self.sentTooMany) }
            if (enhanced.subject, enhanced.detail) == (7, 28) || (enhanced.subject, enhanced.detail) == (5, 3) {
                return reply.isTransient
            }
        }
        return contain(reply.isTransient ? Self.slowDownWhen4yz : Self.slowDownEvenWhen5yz)
    }

    private func contain(_ phrases: Phrases) -> Bool { phrases.areFound(in: text) }

    // MARK: Phrases

    private static let greylisting: Phrases = [
        "greylist", "graylist", "grey list", "gray list", "grey-list", "postgrey",
    ]
    private static let time: Phrases = ["try again in"]
    private static let addressIsClosed: Phrases = ["disabled", "closed", "inactive", "deactivated", "no longer"]

    private static let slowDown: Phrases = [
        "too many connections", "too many concurrent", "too many sessions", "too many messages", "too many emails",
        "too many recipients", "too many mails", "too many requests", "too many smtp", "too much mail", "rate limit",
        "rate-limit", "ratelimit", "throttl", "sending rate", "connection rate", "message rate", "submission rate",
        "slow down", "trop de connexions", "frequency limited", "concurrent connections", "thread limit",
        "unusual rate", "unexpected volume", "sent too much", "send limit", "sending limit", "connection limit",
        "mails per", "messages per", "hourly limit", "daily message quota",
    ]

    private static let slowDownWhen4yz =
        slowDown + ["limit exceeded", "exceeded the limit", "exceeds the limit", "recipient limit"]

    private static let sentTooMany: Phrases = ["sent too many", "sending too many"]

    private static let slowDownEvenWhen5yz: Phrases = [
        "frequency limited", "too many concurrent", "too many connections", "sent too much in a session",
        "maximum sending rate", "connection rate limit",
    ]

    /// The words win over any code: RCPT is where servers say what they think of the sender.
    private static let surelyAboutUs: Phrases = [
        "sender address rejected", "sender verify failed", "sender verification", "verification failed for <",
        "callback setup failed", "openspf", "spf fail", "client host rejected", "client host [", "helo command",
        "relay access denied", "unable to relay", "relaying denied", "not permitted to relay", "relay not permitted",
        "rcpthosts", "all messages from", "submission quota", "submissionquota", "sendasdenied", "send as denied",
        "sender identity", "sender signature", "sandbox subdomains", "unconfigured sending domain",
        "unusual sending activity", "your ip", "your host", "your domain", "your account", "your sending", "sender ip",
        "sender domain", "from address", "not verified", "sending limit", "sender's submission",
    ]

    private static let surelyAboutRecipient: Phrases = [
        "resolver.rst", "policy rejection on the target", "has a policy that prohibited", "address blacklisted",
        "this mailbox is disabled", "marked as inactive", "suppressed due to", "suppression list",
        "blocked by recipient domain", "blocked by the recipient", "recipient has blocked", "user has blocked",
        "recipient blocked", "rejected by recipient", "does not accept mail from",
        "not accepting mail from this sender",
        "mailbox is full", "illegal characters in user name",
    ]

    private static let aboutRecipient: Phrases = [
        "user unknown", "unknown user", "no such user", "no such recipient", "no such mailbox", "does not exist",
        "doesn't exist", "not exist", "mailbox unavailable", "mailbox not found", "recipient not found",
        "unknown recipient", "unknown mailbox", "invalid recipient", "invalid mailbox", "recipient rejected",
        "user not found", "user is unknown", "not our customer", "user not local", "not a valid recipient",
        "doesn't have a", "account not available", "account closed", "account is disabled", "account disabled",
        "account has been disabled", "mailbox disabled", "inactive user", "is inactive", "mailbox full", "over quota",
        "overquota", "quota exceeded", "exceeded quota", "storage quota", "storage space", "no mailbox",
        "unrouteable address", "address unknown", "unknown address", "no longer available", "suspended",
        "recipient address rejected", "not a known user", "undeliverable address", "bad destination", "unknown local",
        "destinataire invalide", "message size exceeds", "message too large", "message is too large",
        "maximum message size", "benutzer nicht bekannt",
    ]

    private static let addressIsUnknown: Phrases = [
        "user unknown", "unknown user", "no such user", "no such recipient", "no such mailbox", "no such address",
        "no such account", "user not found", "user is unknown", "mailbox not found", "recipient not found",
        "unknown recipient", "unknown mailbox", "no mailbox here", "user does not exist", "account does not exist",
        "mailbox does not exist", "recipient does not exist", "address does not exist", "user doesn't exist",
        "doesn't have a yahoo", "not a known user", "not our customer", "user not local", "unrouteable address",
        "address unknown", "unknown address", "not a valid recipient", "benutzer nicht bekannt",
        "destinataire invalide", "account closed", "account has been closed",
    ]

    private static let passing: Phrases = [
        "mailbox full", "mailbox is full", "inbox is full", "quota", "storage", "disk space", "at a rate", "too busy",
        "too many", "try again", "temporar",
    ]

    private static let aboutUs: Phrases = [
        "blacklist", "blocklist", "block list", "block listed", "black list", "denylist", "dnsbl", "rbl", "spamhaus",
        "barracuda", "spamcop", "sorbs", "blackhole", "reputation", "client host", "ip address", "sending ip",
        "blocked using", "banned", "relay", "authentication required", "not authenticated", "must authenticate",
        "log in", "login", "authenticate", "unauthenticated", "not authorized", "not allowed to send",
        "sender rejected", "sender denied", "blocked senders", "not permitted to send", "spf", "dkim", "dmarc",
        "spoofing", "reverse dns", "rdns", "ptr", "helo", "rate limit", "quota for sending", "daily limit", "policy",
        "policies", "prohibit", "access denied", "spam", "unsolicited", "suspicious", "mail rejected", "rejete",
        "content denied", "content rejected", "bounce attack", "bad sender", "starttls", "must issue", "aup#",
        "exceeded your", "sending paused", "paused for this account", ":blocked", "service refuse",
    ]
}
