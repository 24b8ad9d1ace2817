import Persistence
import PersistenceSQLite

/// Puts a row into each table that has none, whatever tables there are: a test of what goes through all of them then
/// fails when one is forgotten.
struct FilledTables {
    let path: String

    private struct Column {
        var name: String
        var type: String
        var definition: String
    }

    private struct Key {
        var table: String
        var column: String
    }

    func fill() async throws {
        let database = try SQLiteDatabase(path: path)
        let columns = try await database.read { tx in
            try tx.rows(
                "SELECT m.name, c.name, upper(c.type), m.sql FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
            ) {
                (try $0.string(0), Column(name: try $0.string(1), type: try $0.string(2), definition: try $0.string(3)))
            }
        }
        let keys = try await database.read { tx in
            try tx.rows(
                """
                SELECT m.name || '.' || k."from", k."table", COALESCE(k."to", 'id')
                FROM sqlite_master m, pragma_foreign_key_list(m.name) k WHERE m.type = 'table'
                """
            ) { (try $0.string(0), Key(table: try $0.string(1), column: try $0.string(2))) }
        }
        try await database.close()
        let columnsOf = Dictionary(grouping: columns, by: \.0).mapValues { $0.map(\.1) }
        let keyOf = Dictionary(keys, uniquingKeysWith: { first, second in first.table == "account" ? second : first })
        let tables = try await SQLiteTables(path: path, isWriting: true)
        for table in TableShape.inOrder(try await tables.shapes()) where try await !tables.hasRows(table) {
            let columns = columnsOf[table.name] ?? []
            let values = columns.map { column in
                keyOf["\(table.name).\(column.name)"].map(Self.reference) ?? Self.value(column)
            }
            let names = columns.map(\.name).joined(separator: ", ")
            try await tables.run(
                script: "INSERT INTO \(table.name) (\(names)) VALUES (\(values.joined(separator: ", ")))")
        }
        try await tables.commit()
    }

    /// All keys lead to rows of one account, which has a campaign under way.
    private static func reference(_ key: Key) -> String {
        let account = "(SELECT MAX(account_id) FROM content)"
        if key.table == "account" || key.column == "account_id" { return account }
        let isOfAccount = ["import", "users", "sender", "campaign", "content", "template", "recipient"]
            .contains(key.table)
        return "(SELECT MIN(\(key.column)) FROM \(key.table)\(isOfAccount ? " WHERE account_id = \(account)" : ""))"
    }

    private static func value(_ column: Column) -> String {
        // The first value that a check names.
        if let check = try? Regex("CHECK \\(\(column.name) IN \\(([^,)]+)").firstMatch(in: column.definition),
            let value = check.output[1].substring
        {
            return String(value)
        }
        return switch column.type {
        case "TEXT": "'a' || char(9) || '\\b' || char(10) || 'ü日'"
        case "BLOB": "x'00ff5c0a09'"
        default: "7"
        }
    }
}
