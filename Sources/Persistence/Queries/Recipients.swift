public import Campaigns

/// What became of a recipient that somebody wrote.
public enum RecipientWrite: Sendable, Hashable {
    case written(Recipient.ID)
    /// The account has this address already.
    case taken(by: Recipient.ID)
    /// There is no such recipient in this account (any more).
    case gone
}

extension AccountScope {
    public func recipient(_ recipient: Recipient.ID) throws -> RecipientRecord? {
        try transaction.first(
            """
            SELECT \(RecipientRecord.columns) FROM \(RecipientRecord.source)
            WHERE r.account_id = \(id) AND r.id = \(recipient)
            """, RecipientRecord.init)
    }

    /// - Parameters:
    ///   - fields: normalised.
    ///   - key: `EmailAddress.key` of their address.
    public func addRecipient(_ fields: RecipientFields, key: String) throws -> RecipientWrite {
        try lockRecipients()
        if let other = try recipientID(withKey: key) { return .taken(by: other) }
        try insertRecipients([(key, fields)], createdAt: try transaction.now)
        guard let recipient = try recipientID(withKey: key) else { throw DatabaseFault.noRow }
        return .written(recipient)
    }

    /// The address may change too; messages that exist keep the one that they were made with.
    public func updateRecipient(
        _ recipient: Recipient.ID, _ fields: RecipientFields, key: String
    ) throws -> RecipientWrite {
        try lockRecipients()
        let other = try recipientID(withKey: key)
        if let other, other != recipient { return .taken(by: other) }
        if other == nil { try keepAddresses(of: [recipient]) }
        guard try setFields(recipient, fields) else { return .gone }
        try transaction.run(
            "UPDATE recipient SET email_key = \(key) WHERE account_id = \(id) AND id = \(recipient)")
        return .written(recipient)
    }

    public func recipientID(withKey key: String) throws -> Recipient.ID? {
        try transaction.first("SELECT id FROM recipient WHERE account_id = \(id) AND email_key = \(key)") {
            try $0.id(0)
        }
    }

    /// The ledger keeps its messages, which carry what they need, and a suppression stays.
    public func deleteRecipient(_ recipient: Recipient.ID) throws -> Bool {
        try lockRecipients()
        let deleted = try delete([recipient])
        try countRecipients(more: -deleted)
        return deleted > 0
    }

    /// Deletes up to `limit` of those that match and are not newer than `last`: who was added after the question was
    /// asked stays.
    /// - Returns: how many were deleted; fewer than `limit` when none is left.
    public func deleteRecipients(_ filter: AudienceFilter, upTo last: Recipient.ID, limit: Int) throws -> Int {
        try lockRecipients()
        let leaving = try transaction.rows(
            """
            SELECT r.id FROM recipient r
            WHERE r.account_id = \(id) AND r.id <= \(last) AND \(filter.condition(dialect: transaction.dialect))
            ORDER BY r.id LIMIT \(limit)
            """
        ) { try $0.id(0, as: Recipient.ID.self) }
        let deleted = try delete(leaving)
        try countRecipients(more: -deleted)
        return deleted
    }

    /// Deletes recipients by their ids; which addresses they had is kept for links in mails that they got.
    func delete(_ recipients: [Recipient.ID]) throws -> Int {
        guard !recipients.isEmpty else { return 0 }
        try keepAddresses(of: recipients)
        return try transaction.run(
            """
            DELETE FROM recipient
            WHERE account_id = \(id) AND \(transaction.dialect.among("id", recipients.map(\.rawValue)))
            """)
    }

    /// The newest recipient of the account.
    public func newestRecipient() throws -> Recipient.ID? {
        try transaction.first("SELECT id FROM recipient WHERE account_id = \(id) ORDER BY id DESC LIMIT 1") {
            try $0.id(0)
        }
    }

    /// Those that match in the order in which they were added, behind `after`: for walking through all of them.
    public func recipients(
        _ filter: AudienceFilter, after: Recipient.ID?, limit: Int
    ) throws -> [RecipientRecord] {
        try transaction.rows(
            """
            SELECT \(RecipientRecord.columns) FROM \(RecipientRecord.source)
            WHERE r.account_id = \(id) AND r.id > \(after?.rawValue ?? 0)
                AND \(filter.condition(dialect: transaction.dialect)) ORDER BY r.id LIMIT \(limit)
            """, RecipientRecord.init)
    }
}
