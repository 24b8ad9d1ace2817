public import Campaigns

/// Why an account must not mail an address again. The raw value is what the database holds.
public enum SuppressionReason: String, Sendable, Hashable, CaseIterable {
    /// The person said so, by a link in a mail or by the mail program's button. Nobody else may take it back.
    case unsubscribed
    /// The receiving server said for good that the address cannot be reached.
    case bounced
    /// The person reported a mail as unwanted.
    case complained
    /// Somebody of the account said so.
    case blocked
}

/// An address that gets nothing, and since when.
public struct Suppression: Sendable, Hashable {
    public var reason: SuppressionReason
    public var note: String
    public var since: Instant
}

extension AccountScope {
    /// What is known about an address, whether it is a recipient or not.
    public func suppression(ofKey key: String) throws -> Suppression? {
        try transaction.first(
            "SELECT reason, note, created_at FROM suppression WHERE account_id = \(id) AND email_key = \(key)"
        ) {
            Suppression(
                reason: SuppressionReason(rawValue: try $0.string(0)) ?? .blocked, note: try $0.string(1),
                since: try $0.instant(2))
        }
    }

    /// Mails this address no more; a reason that is there already stands.
    /// - Returns: whether it was not suppressed before.
    @discardableResult
    public func suppress(
        key: String, email: String, reason: SuppressionReason, note: String = ""
    ) throws -> Bool {
        let now = try transaction.now
        return try transaction.run(
            """
            INSERT INTO suppression (account_id, email_key, email, reason, note, created_at)
            VALUES (\(id), \(key), \(email), \(reason.rawValue), \(note), \(now))
            ON CONFLICT (account_id, email_key) DO NOTHING
            """) > 0
    }

    /// Takes back what somebody of the account decided, or a bounce that was a mistake. What the person behind the address
    /// decided (unsubscribed, complained) stays.
    /// - Returns: whether anything changed.
    public func allowAgain(key: String) throws -> Bool {
        try transaction.run(
            """
            DELETE FROM suppression
            WHERE account_id = \(id) AND email_key = \(key) AND reason NOT IN ('unsubscribed', 'complained')
            """) > 0
    }

    /// How many addresses are suppressed, recipients or not.
    public func suppressionCount() throws -> Int {
        try transaction.count("SELECT COUNT(*) FROM suppression WHERE account_id = \(id)")
    }
}
