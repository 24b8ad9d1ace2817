internal import Campaigns

extension AccountScope {
    /// Writes down which addresses these recipients have now, before they are deleted or get another one.
    func keepAddresses(of recipients: [Recipient.ID]) throws {
        guard !recipients.isEmpty else { return }
        let now = try transaction.now
        try transaction.run(
            """
            INSERT INTO former_address (account_id, recipient_id, email_key, left_at)
            SELECT r.account_id, r.id, r.email_key, \(now) FROM recipient r
            WHERE r.account_id = \(id) AND \(transaction.dialect.among("r.id", recipients.map(\.rawValue)))
            ON CONFLICT (account_id, recipient_id, email_key) DO UPDATE SET left_at = excluded.left_at
            """)
    }

    /// The keys of addresses that a recipient had, the newest first.
    func formerAddresses(of recipient: Recipient.ID) throws -> [String] {
        try transaction.rows(
            """
            SELECT email_key FROM former_address WHERE account_id = \(id) AND recipient_id = \(recipient)
            ORDER BY left_at DESC, email_key
            """
        ) { try $0.string(0) }
    }
}

extension Transaction {
    /// How long somebody who was deleted can still unsubscribe by a link of an old mail, in seconds: a year.
    public static var formerAddressesLast: Int64 { 365 * 86_400 }

    /// Forgets whose addresses those were, some at a time.
    public func forgetFormerAddresses() throws {
        let end = try now + .seconds(-Self.formerAddressesLast)
        try run(
            """
            DELETE FROM former_address WHERE (account_id, recipient_id, email_key) IN (
                SELECT f.account_id, f.recipient_id, f.email_key FROM former_address f
                WHERE f.left_at < \(end) ORDER BY f.left_at LIMIT 10000)
            """)
    }
}
