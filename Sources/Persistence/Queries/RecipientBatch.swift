public import Campaigns

/// Recipients to be added, as rows of the table: with the folded texts that lists are searched and sorted by
/// (docs/decisions/0007). It is filled without a database, so while another batch is being written.
public struct RecipientBatch: Sendable {
    private(set) var rows: PackedRows
    private let account: Int64
    private let createdAt: Int64

    static let columns: [StaticString] = [
        "id", "account_id", "email", "email_key", "first_name", "last_name", "company", "country", "city",
        "free_field1",
        "free_field2", "free_field3", "search", "name_key", "company_key", "created_at", "updated_at",
    ]

    private static let searchColumn = 12

    /// - Parameter createdAt: the same for all of one import: it tells them apart when the import is taken back.
    public init(account: Account.ID, createdAt: Instant, capacity: Int = 0) {
        self.account = account.rawValue
        self.createdAt = createdAt.rawValue
        rows = PackedRows(columns: Self.columns.count, capacity: capacity)
    }

    public var count: Int { rows.count }

    /// - Parameters:
    ///   - key: `EmailAddress.key` of the address.
    ///   - fields: the nine fields in their order, normalised.
    public mutating func append(
        key: UnsafeBufferPointer<UInt8>, _ fields: UnsafeBufferPointer<UnsafeBufferPointer<UInt8>>
    ) {
        precondition(fields.count == RecipientField.allCases.count)
        rows.append(0)  // the id comes when it is written
        rows.append(account)
        rows.append(fields[RecipientField.email.index])
        rows.append(key)
        for index in 1..<fields.count { rows.append(fields[index]) }
        rows.appendText { text in
            for index in 0..<fields.count {
                if index > 0 { text.append(0x0A) }
                RecipientFields.appendFolded(fields[index], to: &text)
            }
        }
        rows.appendText { text in
            RecipientFields.appendNameKey(
                first: fields[RecipientField.firstName.index], last: fields[RecipientField.lastName.index],
                email: fields[RecipientField.email.index], to: &text)
        }
        rows.appendText { RecipientFields.appendCompanyKey(fields[RecipientField.company.index], to: &$0) }
        rows.append(createdAt)
        rows.append(createdAt)
    }

    public mutating func append(key: String, _ fields: RecipientFields) {
        // All texts behind each other, so that one piece of memory holds them while they are read.
        var texts: [UInt8] = Array(key.utf8)
        var ends = [texts.count]
        for field in RecipientField.allCases {
            texts.append(contentsOf: fields[field].utf8)
            ends.append(texts.count)
        }
        texts.withUnsafeBufferPointer { texts in
            let parts = zip(ends, ends.dropFirst()).map { UnsafeBufferPointer(rebasing: texts[$0..<$1]) }
            parts.withUnsafeBufferPointer { append(key: UnsafeBufferPointer(rebasing: texts[..<ends[0]]), $0) }
        }
    }

    /// Gives each row its id, and says where its text is found.
    mutating func number(_ ids: [Int64]) -> GramChanges {
        var changes = GramChanges()
        for (row, id) in ids.enumerated() {
            rows.set(row: row, column: 0, id)
            rows.withText(row: row, column: Self.searchColumn) { changes.add($0, id: id) }
        }
        return changes
    }
}
