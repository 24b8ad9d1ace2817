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

    /// Changes a recipient, and keeps with the staged row what it was before.
    public func changeImported(
        _ recipient: Recipient.ID, from before: RecipientFields, to fields: RecipientFields, row line: Int64,
        of importID: Import.ID
    ) throws {
        try setFields(recipient, fields)
        try transaction.run(
            "UPDATE import_row SET before = \(before.packed) WHERE import_id = \(importID) AND line = \(line)")
    }

    /// Takes back the rows up to `line`, the last ones first: what was changed gets its old values, what was added goes.
    /// - Returns: the line down to which rows were taken back; nil when none is left.
    public func takeBackImported(
        _ importID: Import.ID, upTo line: Int64, createdAt: Instant, limit: Int
    ) throws -> Int64? {
        let rows = try transaction.rows(
            """
            SELECT line, email_key, before FROM import_row
            WHERE import_id = \(importID) AND line <= \(line) AND verdict IN ('', 'changed', 'same')
            ORDER BY line DESC LIMIT \(limit)
            """
        ) { (line: try $0.int64(0), key: try $0.string(1), before: try $0.optionalString(2)) }
        // All at once: the count of recipients is kept in one row, which would be written for each of them.
        let added = rows.filter { $0.before == nil }.map(\.key)
        try transaction.run(
            """
            DELETE FROM recipient WHERE account_id = \(id) AND created_at = \(createdAt)
                AND email_key IN (\(transaction.dialect.texts(added)))
            """)
        for row in rows {
            if let before = row.before {
                let recipient = try transaction.first(
                    "SELECT id FROM recipient WHERE account_id = \(id) AND email_key = \(row.key)"
                ) { try $0.id(0, as: Recipient.ID.self) }
                if let recipient { try setFields(recipient, RecipientFields(packed: before)) }
            }
        }
        return rows.count < limit ? nil : rows.last.map { $0.line - 1 }
    }
}
