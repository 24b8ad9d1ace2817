public import Campaigns

/// The one way in which rows of recipients are written: with the folded texts that lists are searched and sorted by
/// (docs/decisions/0007).
extension AccountScope {
    /// Adds recipients whose addresses are not there. `createdAt` is the same for all of one import: it tells them apart
    /// when the import is taken back. `key` is `EmailAddress.key` of their address, `fields` are normalised.
    public func insertRecipients(_ recipients: [(key: String, fields: RecipientFields)], createdAt: Instant) throws {
        let account = id.sqlValue
        let now = try transaction.now.sqlValue
        let created = createdAt.sqlValue
        try transaction.insert(
            into: "recipient",
            columns: [
                "account_id", "email", "email_key", "first_name", "last_name", "company", "country", "city",
                "free_field1", "free_field2", "free_field3", "search", "name_key", "company_key", "created_at",
                "updated_at",
            ],
            rows: recipients.lazy.map { key, fields in
                [
                    account, .text(fields.email), .text(key), .text(fields.firstName), .text(fields.lastName),
                    .text(fields.company), .text(fields.country), .text(fields.city), .text(fields.freeField1),
                    .text(fields.freeField2), .text(fields.freeField3), .text(fields.searchText),
                    .text(fields.nameKey), .text(fields.companyKey), created, now,
                ]
            })
    }

    /// Stores all fields but the key of the address.
    ///
    /// - Returns: whether there is such a recipient.
    @discardableResult
    func setFields(_ recipient: Recipient.ID, _ fields: RecipientFields) throws -> Bool {
        try transaction.run(
            """
            UPDATE recipient SET email = \(fields.email), first_name = \(fields.firstName), last_name = \(fields.lastName),
                company = \(fields.company), country = \(fields.country), city = \(fields.city),
                free_field1 = \(fields.freeField1), free_field2 = \(fields.freeField2), free_field3 = \(fields.freeField3),
                search = \(fields.searchText), name_key = \(fields.nameKey), company_key = \(fields.companyKey),
                updated_at = \(transaction.now)
            WHERE account_id = \(id) AND id = \(recipient)
            """) > 0
    }
}
