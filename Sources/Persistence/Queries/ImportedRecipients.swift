public import Campaigns

/// How an import changes recipients, and takes it back. Suppressions are another table, which no import touches.
extension AccountScope {
    /// The recipients that have one of these addresses, by `EmailAddress.key`.
    public func recipients(
        withKeys keys: [String]
    ) throws -> [String: (id: Recipient.ID, fields: RecipientFields)] {
        guard !keys.isEmpty else { return [:] }
        var found: [String: (id: Recipient.ID, fields: RecipientFields)] = [:]
        try transaction.forEach(
            """
            SELECT email_key, id, email, first_name, last_name, company, country, city, free_field1, free_field2, free_field3
            FROM recipient WHERE account_id = \(id) AND email_key IN (\(transaction.dialect.texts(keys)))
            """
        ) { row in
            var fields = RecipientFields(email: "")
            for field in RecipientField.allCases { fields[field] = try row.string(2 + field.index) }
            found[try row.string(0)] = (try row.id(1), fields)
        }
        return found
    }

    /// Changes a recipient, and keeps with the row's line what it was before.
    public func changeImported(
        _ recipient: Recipient.ID, key: String, from before: RecipientFields, to fields: RecipientFields,
        row line: Int64, of importID: Import.ID
    ) throws {
        try setFields(recipient, fields)
        try transaction.run(
            """
            INSERT INTO import_row (import_id, line, cells, verdict, email_key, before)
            VALUES (\(importID), \(line), '', 'changed', \(key), \(before.packed))
            """)
    }

    /// Takes back what the lines behind `line`, up to `end`, did: what was changed gets its old values, what was added
    /// goes.
    /// - Parameter keys: `EmailAddress.key` of all of these lines.
    public func takeBackImported(
        _ importID: Import.ID, after line: Int64, upTo end: Int64, keys: [String], createdAt: Instant
    ) throws {
        let changed = try transaction.rows(
            """
            SELECT email_key, before FROM import_row
            WHERE import_id = \(importID) AND line > \(line) AND line <= \(end) AND verdict = 'changed'
            """
        ) { (key: try $0.string(0), before: try $0.string(1)) }
        for row in changed {
            if let recipient = try recipientID(withKey: row.key) {
                try setFields(recipient, RecipientFields(packed: row.before))
            }
        }
        guard !keys.isEmpty else { return }
        // Those that were changed are older than the import.
        let deleted = try transaction.run(
            """
            DELETE FROM recipient WHERE account_id = \(id) AND created_at = \(createdAt)
                AND email_key IN (\(transaction.dialect.texts(keys)))
            """)
        try countRecipients(more: -deleted)
    }
}
