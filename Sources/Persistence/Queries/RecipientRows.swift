public import Campaigns

/// The one way in which rows of recipients are written: with the folded texts that lists are searched and sorted by
/// (docs/decisions/0007).
extension AccountScope {
    /// Adds recipients whose addresses are not there, and counts them. The count is kept here and by whoever deletes, not
    /// by triggers: one for each row made an import twice as long.
    public func insertRecipients(_ batch: RecipientBatch) throws {
        guard batch.count > 0 else { return }
        try lockRecipients()
        try enter(try write(batch))
    }

    /// Before ``write(_:)``, for a transaction that writes rows beside others of its kind. Whoever locks the recipients
    /// (``lockRecipients()``) waits for all of them, and they for it.
    public func shareRecipients() throws { try transaction.share(name: rowsBeside) }

    /// Only the rows, which several transactions may write beside each other; ``enter(_:)`` has to follow in the same one.
    public func write(_ batch: RecipientBatch) throws -> WrittenRecipients {
        guard batch.count > 0 else { return WrittenRecipients() }
        try shareRecipients()
        var batch = batch
        let changes = batch.number(try transaction.reserveRecipientIDs(batch.count))
        try transaction.insert(into: "recipient", columns: RecipientBatch.columns, packed: batch.rows)
        return WrittenRecipients(changes: changes, count: batch.count)
    }

    /// Waits until nobody writes rows beside others, and keeps them from it: what is committed from here on has higher ids than
    /// all that is seen now. Without it ids come in the order of commits only among those who hold the account
    /// (``lockRecipients()``).
    public func settleRecipients() throws { try transaction.lock(name: rowsBeside) }

    private var rowsBeside: String { "recipients of \(id.rawValue)" }

    /// Lets searches find what was written, and counts it: one transaction of an account at a time.
    public func enter(_ written: WrittenRecipients) throws {
        guard written.count > 0 else { return }
        try lockRecipientsBeside()
        try add(written.changes)
        try countRecipients(more: written.count)
    }

    /// `key` is `EmailAddress.key` of their address, `fields` are normalised.
    public func insertRecipients(_ recipients: [(key: String, fields: RecipientFields)], createdAt: Instant) throws {
        var batch = RecipientBatch(account: id, createdAt: createdAt, capacity: recipients.count)
        for (key, fields) in recipients { batch.append(key: key, fields) }
        try insertRecipients(batch)
    }

    /// Keeps the number of the account's recipients in its row: counting a million rows for each page takes longer than the
    /// page.
    func countRecipients(more: Int) throws {
        guard more != 0 else { return }
        try transaction.run("UPDATE account SET recipients = recipients + \(more) WHERE id = \(id)")
        if more < 0, try recipientCount() == 0 { try forgetGrams() }
    }

    /// Stores all fields but the key of the address. The recipients are locked.
    ///
    /// - Returns: whether there is such a recipient.
    @discardableResult
    func setFields(_ recipient: Recipient.ID, _ fields: RecipientFields) throws -> Bool {
        try setFields([(recipient, fields)]) == 1
    }

    /// - Returns: how many of these recipients there are.
    @discardableResult
    func setFields(_ recipients: [(id: Recipient.ID, fields: RecipientFields)]) throws -> Int {
        guard !recipients.isEmpty else { return 0 }
        try lockRecipientsBeside()
        let now = try transaction.now
        var changes = GramChanges()
        var found = 0
        for (recipient, fields) in recipients {
            let search = fields.searchText
            let changed = try transaction.run(
                """
                UPDATE recipient SET email = \(fields.email), first_name = \(fields.firstName), last_name = \(fields.lastName),
                    company = \(fields.company), country = \(fields.country), city = \(fields.city),
                    free_field1 = \(fields.freeField1), free_field2 = \(fields.freeField2), free_field3 = \(fields.freeField3),
                    search = \(search), name_key = \(fields.nameKey), company_key = \(fields.companyKey),
                    updated_at = \(now)
                WHERE account_id = \(id) AND id = \(recipient)
                """)
            guard changed > 0 else { continue }
            found += 1
            changes.add(search, id: recipient.rawValue)
        }
        try add(changes)
        return found
    }
}

/// Rows that are written, and neither counted nor found by searches yet.
public struct WrittenRecipients {
    var changes = GramChanges()
    var count = 0
}

extension Transaction {
    /// Ids for recipients that are added now, in rising order.
    fileprivate func reserveRecipientIDs(_ count: Int) throws -> [Int64] {
        try one(dialect.nextRecipientIDs(count)) { row in
            let list = try row.string(1)
            if list.isEmpty {
                let first = try row.int64(0)
                return (0..<Int64(count)).map { first + $0 }
            }
            return list.split(separator: ",").compactMap { Int64($0) }.sorted()
        }
    }
}
