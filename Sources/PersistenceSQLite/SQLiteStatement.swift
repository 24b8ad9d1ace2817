internal import GRDB
internal import GRDBSQLite
internal import Persistence

/// One use of a prepared statement, past GRDB's argument and row values: they cost more than the work itself where a
/// statement is about one row, as nearly all of a ledger's are.
struct SQLiteStatement {
    let handle: OpaquePointer
    private let isOwned: Bool

    /// Takes the statement that was prepared for this text, or a new one while that one is being stepped through.
    init(_ text: String, in database: GRDB.Database) throws {
        let cached = try database.cachedStatement(sql: text).sqliteStatement
        isOwned = sqlite3_stmt_busy(cached) != 0
        if isOwned {
            var prepared: OpaquePointer?
            let code = sqlite3_prepare_v2(database.sqliteConnection, text, -1, &prepared, nil)
            guard code == SQLITE_OK, let prepared else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
            handle = prepared
        } else {
            handle = cached
        }
    }

    /// With its values bound.
    init(_ sql: Persistence.SQL, in database: GRDB.Database) throws {
        try self.init(sql.textForSQLite, in: database)
        do { try bind(sql.values) } catch {
            end()
            throw error
        }
    }

    /// Runs it once more with other values.
    func runAgain(with values: [SQLValue]) throws {
        sqlite3_reset(handle)
        try bind(values)
        while try step() {}
    }

    /// Steps to the next row; false at the end.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    /// Makes the statement ready for its next use, and forgets what was bound.
    func end() {
        if isOwned {
            sqlite3_finalize(handle)
            return
        }
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    private func bind(_ values: some Sequence<SQLValue>) throws {
        var place: Int32 = 0
        for value in values {
            place += 1
            let code = bind(value, at: place)
            if code != SQLITE_OK { throw failure(code) }
        }
    }

    private func bind(_ value: SQLValue, at place: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(handle, place)
        case .integer(let number): return sqlite3_bind_int64(handle, place, number)
        case .real(let number): return sqlite3_bind_double(handle, place, number)
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { bytes in
                    // A null pointer would bind NULL.
                    bytes.isEmpty
                        ? sqlite3_bind_text(handle, place, "", 0, Self.copied)
                        : sqlite3_bind_text64(
                            handle, place, bytes.baseAddress, UInt64(bytes.count), Self.copied, UInt8(SQLITE_UTF8))
                }
            }
        case .blob(let blob):
            return blob.isEmpty
                ? sqlite3_bind_zeroblob(handle, place, 0)
                : blob.withUnsafeBytes {
                    sqlite3_bind_blob64(handle, place, $0.baseAddress, UInt64($0.count), Self.copied)
                }
        }
    }

    /// SQLITE_TRANSIENT: SQLite keeps a copy.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private func failure(_ code: Int32) -> DatabaseError {
        let database = sqlite3_db_handle(handle)
        return DatabaseError(
            resultCode: ResultCode(rawValue: database.map(sqlite3_extended_errcode) ?? code),
            message: database.map { String(cString: sqlite3_errmsg($0)) })
    }
}

/// The row on which a statement stands.
struct SQLiteRow: Persistence.Row {
    let handle: OpaquePointer

    func isNull(_ column: Int) -> Bool { type(column) == SQLITE_NULL }

    func int64(_ column: Int) throws -> Int64 {
        guard type(column) == SQLITE_INTEGER else { throw DatabaseFault.unexpectedValue(column: column) }
        return sqlite3_column_int64(handle, Int32(column))
    }

    func double(_ column: Int) throws -> Double {
        guard type(column) == SQLITE_FLOAT || type(column) == SQLITE_INTEGER else {
            throw DatabaseFault.unexpectedValue(column: column)
        }
        return sqlite3_column_double(handle, Int32(column))
    }

    func string(_ column: Int) throws -> String {
        guard type(column) == SQLITE_TEXT else { throw DatabaseFault.unexpectedValue(column: column) }
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        guard count > 0, let bytes = sqlite3_column_text(handle, Int32(column)) else { return "" }
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    func bytes(_ column: Int) throws -> [UInt8] {
        guard type(column) == SQLITE_BLOB else { throw DatabaseFault.unexpectedValue(column: column) }
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        guard count > 0, let bytes = sqlite3_column_blob(handle, Int32(column)) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
    }

    private func type(_ column: Int) -> Int32 {
        precondition(column >= 0 && column < sqlite3_data_count(handle), "a row has no column \(column)")
        return sqlite3_column_type(handle, Int32(column))
    }
}

extension Persistence.SQL {
    fileprivate var values: some Sequence<SQLValue> {
        segments.lazy.compactMap { if case .binding(let value) = $0 { value } else { nil } }
    }

    /// The statement's text with `?` for each value.
    fileprivate var textForSQLite: String {
        var text: [UInt8] = []
        text.reserveCapacity(512)
        for segment in segments {
            switch segment {
            case .text(let part): part.withUTF8Buffer { text.append(contentsOf: $0) }
            case .binding: text.append(UInt8(ascii: "?"))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
