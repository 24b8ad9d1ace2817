public import Campaigns

/// The one way in which rows of recipients are written: with the folded texts that lists are searched and sorted by
/// (docs/decisions/0007).
extension AccountScope {
    /// Adds recipients whose addresses are not there, and counts them. The count is kept here and by whoever deletes, not
    /// by triggers: one for each row made an import twice as long.
    public func insertRecipients(_ batch: RecipientBatch) throws {
        guard batch.count > 0 else { return }
        try lockRecipients()
        var batch = batch
        let changes = batch.number(try transaction.reserveRecipientIDs(batch.count))
        try transaction.insert(into: "recipient", columns: RecipientBatch.columns, packed: batch.rows)
        try add(changes)
        try countRecipients(more: batch.count)
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

    /// Stores all fields but the key of the address.
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
        try lockRecipients()
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

extension Transaction {
    /// Ids for recipients that are added now, in rising order.
    fileprivate func reserveRecipientIDs(_ count: Int) throws -> [Int64] {
        let ids = try rows(dialect.nextRecipientIDs(count)) { try $0.int64(0) }
        // SQLite gives the first of a row of numbers.
        guard let first = ids.first, ids.count < count else { return ids }
        return (0..<Int64(count)).map { first + $0 }
    }
}
