internal import Campaigns
internal import Mail

/// Reads what a server said for what it means: by enhanced code, then by words, then by code. A value; the table of real
/// bounces in the tests is the specification.
struct BounceWords {
    /// Lower-cased.
    private let text: [UInt8]

    init(_ text: String) { self.text = Phrases.octets(of: text) }

    private func contain(_ phrases: Phrases) -> Bool { phrases.areFound(in: text) }

    func kind(_ status: StatusCode?, code: Int?) -> BounceKind {
        if let status, !status.isPermanent { return .soft }
        if let kind = status.flatMap({ byStatus($0) }) { return kind }
        if let kind = byWords { return kind }
        if let code { return byCode(code) }
        // Nothing is known but that it came back: not enough to never mail somebody again.
        return .soft
    }

    /// What the words alone say.
    var byWords: BounceKind? {
        if contain(Self.aboutUs) { return .refused }
        if contain(Self.full) { return .soft }
        if contain(Self.gone) { return .hard }
        if contain(Self.passing) { return .soft }
        if contain(Self.aboutContent) { return .refused }
        return nil
    }

    private func byStatus(_ status: StatusCode) -> BounceKind? {
        switch (status.subject, status.detail) {
        // Sender's address or domain: ours.
        case (1, 7), (1, 8), (1, 9): .refused
        case (1, 0): byWords ?? .hard
        // Bad mailbox, bad system, moved, null MX. Some say it of a full one.
        case (1, _): contain(Self.full) ? .soft : contain(Self.surelyAboutUs) ? .refused : .hard
        case (2, 1): contain(Self.full) ? .soft : contain(Self.surelyAboutUs) ? .refused : .hard
        case (2, 2): .soft
        // Longer than the mailbox or the system takes.
        case (2, 3), (3, 4): .refused
        case (2, _): byWords ?? .soft
        case (3, _): byWords ?? .soft
        // No way to the system; too old; a loop.
        case (4, 4): contain(Self.passing) ? .soft : .hard
        case (4, 6), (4, 7): .soft
        case (4, _): byWords ?? .soft
        case (5, _), (6, _): byWords ?? .refused
        case (7, _): contain(Self.gone) && !contain(Self.surelyAboutUs) ? .hard : .refused
        default: nil
        }
    }

    private func byCode(_ code: Int) -> BounceKind {
        switch code {
        case 550, 551, 553, 556: .hard
        case 400..<500, 552: .soft
        default: .refused
        }
    }

    /// Whether the words tell of a mail that is still being tried.
    var speakOfDelay: Bool { contain(Self.delayed) }

    // MARK: Phrases

    private static let delayed: Phrases = [
        "will continue to try", "will keep trying", "will be retried", "is still being retried", "will retry",
        "no need to resend", "do not need to resend", "not yet been delivered", "has been delayed", "is delayed",
        "delivery delayed", "still trying", "still attempting", "warning message only", "will be attempted again",
        "delivery attempts will continue", "will try again",
    ]

    private static let surelyAboutUs: Phrases = [
        "spamhaus", "blacklist", "blocklist", "block list", "dnsbl", "rbl", "reputation", "dmarc", "poor reputation",
        "blocked using", "spf", "client host",
    ]

    private static let aboutUs =
        surelyAboutUs
        + [
            "dkim", "listed at", "your ip", "ip address", "sender address rejected", "sender verify", "sender rejected",
            "relay access denied", "relaying denied", "unable to relay", "relay not permitted",
            "authentication required",
            "not authorized", "barracuda", "spamcop", "bad sender", "reverse dns", "rate limit", "too many messages",
            "too many connections",
        ]

    private static let aboutContent: Phrases = [
        "spam", "unsolicited", "virus", "malware", "phish", "content", "policy", "policies", "prohibit", "banned",
        "message size", "too large", "too big", "suspicious", "attachment", "blocked", "bulk mail", "access denied",
        "rejected by recipient", "restricted", "not permitted", "denied",
    ]

    private static let full: Phrases = [
        "mailbox full", "mailbox is full", "full mailbox", "over quota", "overquota", "over its quota",
        "quota exceeded",
        "exceeded its quota", "exceeds quota", "exceeded quota", "exceeded storage", "exceeded the storage",
        "storage allocation", "storage space", "out of storage", "insufficient system storage", "mailbox has exceeded",
        "mailbox size limit", "inbox is full", "quota", "disk full", "not enough space", "postfach voll",
        "boîte pleine", "mailbox exceeds",
    ]

    private static let gone: Phrases = [
        "user unknown", "unknown user", "no such user", "no such recipient", "no such mailbox", "no such address",
        "no such account", "does not exist", "doesn't exist", "not exist", "mailbox unavailable", "mailbox not found",
        "recipient not found", "unknown recipient", "unknown mailbox", "invalid recipient", "invalid mailbox",
        "recipient rejected", "recipient address rejected", "user not found", "user is unknown", "not our customer",
        "user not local", "not a valid recipient", "not a valid mailbox", "doesn't have a", "account not available",
        "account closed", "account is closed", "account is disabled", "account disabled", "account has been disabled",
        "account has been deactivated", "mailbox disabled", "mailbox is disabled", "disabled", "inactive user",
        "is inactive", "no mailbox", "unrouteable address", "address unknown", "unknown address", "no longer available",
        "no longer valid", "no longer in use", "suspended", "not a known user", "undeliverable address",
        "bad destination", "unknown local", "destinataire invalide", "benutzer nicht bekannt", "no longer exists",
        "not listed in", "couldn't be found", "could not be found", "wasn't found at", "host or domain name not found",
        "domain not found", "host unknown", "unknown host", "host not found", "no such domain", "bad address syntax",
        "unable to find recipient", "no valid recipients", "not found in domino directory", "unknown or illegal alias",
        "is not a registered", "addressee unknown", "unbekannt", "inconnu", "desconocido", "takes no mail",
        "no account by that name", "all relevant mx records point to non-existent hosts",
    ]

    private static let passing: Phrases = [
        "timed out", "time out", "timeout", "connection refused", "temporarily", "try again", "unreachable",
        "delivery time expired", "retry time", "message expired", "retry timeout", "could not connect",
        "no route to host",
        "loop", "too many hops", "deferred", "queue too long", "lost connection", "try later",
        "been in the queue too long",
    ]
}
