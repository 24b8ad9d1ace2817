internal import Dispatch
internal import Foundation
internal import GRDB
internal import GRDBSQLite
public import Persistence

/// The tables of an SQLite file as one end of a copy.
public final class SQLiteTables: TableStore, @unchecked Sendable {
    private static let pieceLength = 256 << 10

    private let queue: DatabaseQueue
    private let isWriting: Bool
    /// The statement that inserts into the table being written.
    private var insertion: OpaquePointer?

    /// Begins a transaction on the file, which must be there.
    public init(path: String, isWriting: Bool) async throws {
        self.isWriting = isWriting
        SQLiteProcess.prepare()
        queue = try await Self.blocking {
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            // Checked as a whole at the end.
            configuration.foreignKeysEnabled = false
            configuration.busyMode = .timeout(10)
            configuration.prepareDatabase { database in
                database.add(function: SQLiteTransaction.foldFunction)
            }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try database.execute(sql: isWriting ? "BEGIN IMMEDIATE" : "BEGIN")
                // A snapshot begins with the first row that is read.
                _ = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM schema_migration")
            }
            return queue
        }
    }

    private static func blocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        do {
            return try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async { continuation.resume(with: Result { try work() }) }
            }
        } catch let error as DatabaseError { throw DatabaseFault(error) }
    }

    private func use<Value: Sendable>(
        _ work: @escaping @Sendable (GRDB.Database) throws -> Value
    ) async throws -> Value {
        let queue = queue
        return try await Self.blocking { try queue.writeWithoutTransaction(work) }
    }

    private static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

    public func shapes() async throws -> [TableShape] {
        try await use { database in
            let names = try String.fetchAll(
                database,
                sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
            return try names.map { name in
                let columns = try GRDB.Row.fetchAll(
                    database, sql: "SELECT name, upper(type) AS type FROM pragma_table_info(?)", arguments: [name]
                ).map { row -> TableShape.Column in
                    let (column, type): (String, String) = (row["name"], row["type"])
                    let kind: TableShape.Kind? =
                        switch type {
                        case "INTEGER", "BIGINT": .integer
                        case "TEXT": .text
                        case "BLOB": .blob
                        default: nil
                        }
                    guard let kind else { throw DatabaseFault.other("column \(column) of \(name) is of type \(type)") }
                    return TableShape.Column(name: column, kind: kind)
                }
                let parents = try String.fetchAll(
                    database, sql: "SELECT \"table\" FROM pragma_foreign_key_list(?)", arguments: [name])
                return TableShape(name: name, columns: columns, parents: Set(parents))
            }
        }
    }

    public func hasRows(_ table: TableShape) async throws -> Bool {
        try await use { try Int.fetchOne($0, sql: "SELECT 1 FROM \(Self.quoted(table.name)) LIMIT 1") != nil }
    }

    // MARK: Reading

    public func read(_ table: TableShape, _ take: (_ rows: [UInt8]) async throws -> Void) async throws {
        let names = table.columns.map { Self.quoted($0.name) }.joined(separator: ", ")
        let cursor = try await use { database in
            var statement: OpaquePointer?
            let text = "SELECT \(names) FROM \(Self.quoted(table.name))"
            let code = sqlite3_prepare_v2(database.sqliteConnection, text, -1, &statement, nil)
            guard code == SQLITE_OK, let statement else { throw Self.failure(database, code) }
            return Cursor(handle: statement)
        }
        do {
            while true {
                let piece = try await use { try Self.next(cursor, of: table, in: $0) }
                guard !piece.isEmpty else { break }
                try await take(piece)
            }
            try await use { _ in _ = sqlite3_finalize(cursor.handle) }
        } catch {
            try? await use { _ in _ = sqlite3_finalize(cursor.handle) }
            throw error
        }
    }

    /// Used by one closure at a time.
    private final class Cursor: @unchecked Sendable {
        let handle: OpaquePointer
        /// One more step would begin anew.
        var isAtEnd = false

        init(handle: OpaquePointer) { self.handle = handle }
    }

    private static func next(_ cursor: Cursor, of table: TableShape, in database: GRDB.Database) throws -> [UInt8] {
        var piece: [UInt8] = []
        while !cursor.isAtEnd, piece.count < pieceLength {
            switch sqlite3_step(cursor.handle) {
            case SQLITE_ROW: try append(cursor.handle, table, to: &piece)
            case SQLITE_DONE: cursor.isAtEnd = true
            case let code: throw failure(database, code)
            }
        }
        return piece
    }

    private static func append(_ row: OpaquePointer, _ table: TableShape, to piece: inout [UInt8]) throws {
        for (index, column) in table.columns.enumerated() {
            if index > 0 { piece.append(0x09) }
            let place = Int32(index)
            switch (sqlite3_column_type(row, place), column.kind) {
            case (SQLITE_NULL, _): piece += "\\N".utf8
            case (SQLITE_INTEGER, .integer): piece += String(sqlite3_column_int64(row, place)).utf8
            case (SQLITE_TEXT, .text):
                let count = Int(sqlite3_column_bytes(row, place))
                guard count > 0, let start = sqlite3_column_text(row, place) else { continue }
                CopyText.append(UnsafeBufferPointer(start: start, count: count), to: &piece)
            case (SQLITE_BLOB, .blob):
                let count = Int(sqlite3_column_bytes(row, place))
                let start = sqlite3_column_blob(row, place)
                CopyText.append(hex: UnsafeRawBufferPointer(start: start, count: count), to: &piece)
            default: throw DatabaseFault.other("a value of \(table.name).\(column.name) is of another type")
            }
        }
        piece.append(0x0A)
    }

    private static func failure(_ database: GRDB.Database, _ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: database.sqliteConnection.map { String(cString: sqlite3_errmsg($0)) })
    }

    // MARK: Writing

    public func beginWriting(_ table: TableShape) async throws {
        let names = table.columns.map { Self.quoted($0.name) }.joined(separator: ", ")
        let places = table.columns.map { _ in "?" }.joined(separator: ", ")
        let cursor = try await use { database in
            var statement: OpaquePointer?
            let text = "INSERT INTO \(Self.quoted(table.name)) (\(names)) VALUES (\(places))"
            let code = sqlite3_prepare_v2(database.sqliteConnection, text, -1, &statement, nil)
            guard code == SQLITE_OK, let statement else { throw Self.failure(database, code) }
            return Cursor(handle: statement)
        }
        insertion = cursor.handle
    }

    public func write(_ rows: [UInt8], to table: TableShape) async throws {
        guard let handle = insertion else { return }
        let cursor = Cursor(handle: handle)
        try await use { database in
            try CopyText.forEachRow(rows) { fields in
                guard fields.count == table.columns.count else {
                    throw DatabaseFault.other("a row of \(table.name) has \(fields.count) fields")
                }
                sqlite3_reset(cursor.handle)
                for (index, column) in table.columns.enumerated() {
                    try Self.bind(fields[index], column.kind, to: cursor.handle, at: Int32(index + 1))
                }
                let code = sqlite3_step(cursor.handle)
                guard code == SQLITE_DONE else { throw Self.failure(database, code) }
            }
        }
    }

    private static func bind(
        _ field: [UInt8]?, _ kind: TableShape.Kind, to statement: OpaquePointer, at place: Int32
    ) throws {
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        let code: Int32
        switch (field, kind) {
        case (nil, _): code = sqlite3_bind_null(statement, place)
        case (let field?, .integer):
            guard let number = Int64(String(decoding: field, as: UTF8.self)) else {
                throw DatabaseFault.other("a number is none")
            }
            code = sqlite3_bind_int64(statement, place, number)
        case (let field?, .text):
            code = field.withUnsafeBufferPointer { bytes in
                bytes.baseAddress.map { start in
                    start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                        sqlite3_bind_text(statement, place, $0, Int32(bytes.count), copied)
                    }
                } ?? sqlite3_bind_text(statement, place, "", 0, copied)
            }
        case (let field?, .blob):
            guard let bytes = CopyText.bytes(hex: field) else { throw DatabaseFault.other("octets are none") }
            code =
                bytes.isEmpty
                ? sqlite3_bind_zeroblob(statement, place, 0)
                : bytes.withUnsafeBytes {
                    sqlite3_bind_blob(statement, place, $0.baseAddress, Int32($0.count), copied)
                }
        }
        guard code == SQLITE_OK else { throw DatabaseFault.other("SQLite \(code) at a value") }
    }

    public func endWriting(_ table: TableShape) async throws {
        guard let handle = insertion else { return }
        insertion = nil
        let cursor = Cursor(handle: handle)
        try await use { _ in _ = sqlite3_finalize(cursor.handle) }
    }

    public func lastID(of table: TableShape) async throws -> Int64? {
        try await use {
            try Int64.fetchOne($0, sql: "SELECT seq FROM sqlite_sequence WHERE name = ?", arguments: [table.name])
        }
    }

    public func setLastID(_ id: Int64, of table: TableShape) async throws {
        try await use { database in
            try database.execute(sql: "DELETE FROM sqlite_sequence WHERE name = ?", arguments: [table.name])
            try database.execute(
                sql: "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", arguments: [table.name, id])
        }
    }

    public func run(script: String) async throws { try await use { try $0.execute(sql: script) } }

    public func commit() async throws {
        let isWriting = isWriting
        try await use { database in
            if isWriting, try GRDB.Row.fetchOne(database, sql: "PRAGMA foreign_key_check") != nil {
                throw DatabaseFault.constraint("a row points nowhere")
            }
            try database.execute(sql: "COMMIT")
        }
        try? queue.close()
    }

    public func cancel() async {
        try? await use { try $0.execute(sql: "ROLLBACK") }
        try? queue.close()
    }
}
