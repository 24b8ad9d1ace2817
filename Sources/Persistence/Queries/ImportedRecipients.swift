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

    /// What a row of a file changes.
    public struct ImportedChange: Sendable {
        public var recipient: Recipient.ID
        public var key: String
        public var line: Int64
        public var before: RecipientFields
        public var fields: RecipientFields

        public init(
            recipient: Recipient.ID, key: String, line: Int64, before: RecipientFields, fields: RecipientFields
        ) {
            self.recipient = recipient
            self.key = key
            self.line = line
            self.before = before
            self.fields = fields
        }
    }

    /// Changes recipients, and keeps with the rows' lines what they were before.
    public func changeImported(_ changes: [ImportedChange], of importID: Import.ID) throws {
        guard !changes.isEmpty else { return }
        try setFields(changes.map { ($0.recipient, $0.fields) })
        try transaction.insert(
            into: "import_row", columns: ["import_id", "line", "cells", "verdict", "email_key", "before"],
            rows: changes.lazy.map { change in
                [
                    importID.sqlValue, .integer(change.line), .text(""), .text(ImportVerdict.changed.rawValue),
                    .text(change.key), .text(change.before.packed),
                ]
            })
    }

    /// Takes back what the lines behind `line`, up to `end`, did: what was changed gets its old values, what was added
    /// goes.
    /// - Parameter keys: `EmailAddress.key` of all of these lines.
    public func takeBackImported(
        _ importID: Import.ID, after line: Int64, upTo end: Int64, keys: [String], createdAt: Instant
    ) throws {
        try lockRecipients()
        let changed = try transaction.rows(
            """
            SELECT email_key, before FROM import_row
            WHERE import_id = \(importID) AND line > \(line) AND line <= \(end) AND verdict = 'changed'
            """
        ) { (key: try $0.string(0), before: try $0.string(1)) }
        try setFields(
            changed.compactMap { row in
                try recipientID(withKey: row.key).map { ($0, RecipientFields(packed: row.before)) }
            })
        guard !keys.isEmpty else { return }
        // Those that were changed are older than the import.
        let leaving = try transaction.rows(
            """
            SELECT id FROM recipient WHERE account_id = \(id) AND created_at = \(createdAt)
                AND email_key IN (\(transaction.dialect.texts(keys)))
            """
        ) { try $0.id(0, as: Recipient.ID.self) }
        try countRecipients(more: -(try delete(leaving)))
    }
}
