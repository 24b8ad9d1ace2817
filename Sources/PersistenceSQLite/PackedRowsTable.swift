internal import Foundation
internal import GRDB
internal import GRDBSQLite
internal import Persistence

/// `SELECT c0, c1, … FROM martlet_rows(?)`: packed rows as a table, so that one statement inserts thousands of them.
///
/// Two fifths fewer instructions than a statement for each row: SQLite opens its cursors once, and finds the next place in
/// an index from the last one. The rows are handed over as a pointer, which no SQL text can forge
/// (sqlite.org/bindptr.html).
enum PackedRowsTable {
    /// What the statement reads from, for as long as it runs.
    struct Source {
        var bytes: UnsafePointer<UInt8>
        var cells: UnsafePointer<PackedRows.Cell>
        var columns: Int
        var count: Int
    }

    static func register(in database: GRDB.Database) throws {
        let code = sqlite3_create_module_v2(database.sqliteConnection, "martlet_rows", module, nil, nil)
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }

    static func withSource(_ rows: PackedRows, _ body: (UnsafeMutablePointer<Source>) throws -> Void) throws {
        precondition(rows.columns <= columns, "martlet_rows has \(columns) columns")
        // An empty text needs a place too.
        let bytes = rows.bytes.isEmpty ? [0] : rows.bytes
        try bytes.withUnsafeBufferPointer { bytes in
            try rows.cells.withUnsafeBufferPointer { cells in
                guard let bytes = bytes.baseAddress, let cells = cells.baseAddress else { return }
                var source = Source(bytes: bytes, cells: cells, columns: rows.columns, count: rows.count)
                try withUnsafeMutablePointer(to: &source) { try body($0) }
            }
        }
    }

    static func bind(_ source: UnsafeMutablePointer<Source>, to statement: OpaquePointer) {
        sqlite3_bind_pointer(statement, 1, source, name, nil)
    }

    private static let columns = 24
    private static let declaration =
        "CREATE TABLE x(" + (0..<columns).map { "c\($0)" }.joined(separator: ", ") + ", source HIDDEN)"

    /// The pointer's type, a text that lives as long as the process.
    private nonisolated(unsafe) static let name = strdup("martlet_rows")

    /// Begins with what SQLite knows of a cursor.
    private struct Cursor {
        var base: sqlite3_vtab_cursor
        var source: UnsafePointer<Source>?
        var row: Int
    }

    private nonisolated(unsafe) static let module: UnsafeMutablePointer<sqlite3_module> = {
        let module = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
        var functions = sqlite3_module()
        functions.xConnect = { connection, _, _, _, table, _ in
            let code = sqlite3_declare_vtab(connection, PackedRowsTable.declaration)
            guard code == SQLITE_OK else { return code }
            let made = UnsafeMutablePointer<sqlite3_vtab>.allocate(capacity: 1)
            made.initialize(to: sqlite3_vtab())
            table?.pointee = made
            return SQLITE_OK
        }
        functions.xDisconnect = { table in
            table?.deallocate()
            return SQLITE_OK
        }
        functions.xBestIndex = { _, plan in
            guard let plan else { return SQLITE_ERROR }
            for index in 0..<Int(plan.pointee.nConstraint) {
                let constraint = plan.pointee.aConstraint[index]
                guard constraint.iColumn == PackedRowsTable.columns, constraint.usable != 0,
                    Int32(constraint.op) == SQLITE_INDEX_CONSTRAINT_EQ
                else { continue }
                plan.pointee.aConstraintUsage[index].argvIndex = 1
                plan.pointee.aConstraintUsage[index].omit = 1
                plan.pointee.estimatedCost = 1
                return SQLITE_OK
            }
            return SQLITE_CONSTRAINT
        }
        functions.xOpen = { _, cursor in
            let made = UnsafeMutablePointer<Cursor>.allocate(capacity: 1)
            made.initialize(to: Cursor(base: sqlite3_vtab_cursor(), source: nil, row: 0))
            cursor?.pointee = UnsafeMutableRawPointer(made).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
            return SQLITE_OK
        }
        functions.xClose = { cursor in
            PackedRowsTable.cursor(cursor)?.deallocate()
            return SQLITE_OK
        }
        functions.xFilter = { cursor, _, _, count, values in
            guard let cursor = PackedRowsTable.cursor(cursor), count == 1, let value = values?[0] else {
                return SQLITE_ERROR
            }
            let source = sqlite3_value_pointer(value, PackedRowsTable.name)
            cursor.pointee.source = source.map { UnsafePointer($0.assumingMemoryBound(to: Source.self)) }
            cursor.pointee.row = 0
            return SQLITE_OK
        }
        functions.xNext = { cursor in
            PackedRowsTable.cursor(cursor)?.pointee.row += 1
            return SQLITE_OK
        }
        functions.xEof = { cursor in
            guard let cursor = PackedRowsTable.cursor(cursor), let source = cursor.pointee.source else { return 1 }
            return cursor.pointee.row >= source.pointee.count ? 1 : 0
        }
        functions.xColumn = { cursor, context, column in
            guard let cursor = PackedRowsTable.cursor(cursor), let source = cursor.pointee.source?.pointee,
                column < source.columns
            else { return SQLITE_OK }
            let cell = source.cells[cursor.pointee.row * source.columns + Int(column)]
            if cell.count < 0 {
                sqlite3_result_int64(context, cell.value)
            } else {
                let text = UnsafeRawPointer(source.bytes + Int(cell.value)).assumingMemoryBound(to: CChar.self)
                // No destructor: SQLITE_STATIC, the text stays where it is until the statement has ended.
                sqlite3_result_text64(context, text, UInt64(cell.count), nil, UInt8(SQLITE_UTF8))
            }
            return SQLITE_OK
        }
        functions.xRowid = { cursor, row in
            row?.pointee = Int64(PackedRowsTable.cursor(cursor)?.pointee.row ?? 0)
            return SQLITE_OK
        }
        module.initialize(to: functions)
        return module
    }()

    private static func cursor(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> UnsafeMutablePointer<Cursor>? {
        cursor.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: Cursor.self) }
    }
}
