internal import GRDB
internal import GRDBSQLite
internal import Persistence

/// Runs one prepared INSERT for many rows. The text of a row is bound where it lies in one piece of memory, which is
/// used again for the next row: SQLite copies it once, into the page.
final class RawInserter {
    private let statement: OpaquePointer
    private var memory: [UInt8] = []

    init(statement: OpaquePointer) {
        self.statement = statement
    }

    func insert(_ row: [SQLValue]) throws {
        memory.removeAll(keepingCapacity: true)
        for value in row {
            switch value {
            case .text(let text): memory.append(contentsOf: text.utf8)
            case .blob(let bytes): memory.append(contentsOf: bytes)
            default: break
            }
        }
        // Never empty, so that there is an address to point to: a null pointer would bind NULL.
        memory.append(0)
        let code = memory.withUnsafeBytes { bytes in
            bind(row, bytes) ?? sqlite3_step(statement)
        }
        sqlite3_reset(statement)
        guard code == SQLITE_DONE else {
            let message = sqlite3_db_handle(statement).map { String(cString: sqlite3_errmsg($0)) }
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
    }

    /// The statement forgets its bindings: they point into memory that goes.
    func end() { sqlite3_clear_bindings(statement) }

    /// - Returns: a code if a value could not be bound.
    private func bind(_ row: [SQLValue], _ bytes: UnsafeRawBufferPointer) -> Int32? {
        var offset = 0
        for (index, value) in row.enumerated() {
            let place = Int32(index + 1)
            let code: Int32
            switch value {
            case .null: code = sqlite3_bind_null(statement, place)
            case .integer(let number): code = sqlite3_bind_int64(statement, place, number)
            case .real(let number): code = sqlite3_bind_double(statement, place, number)
            case .text(let text):
                let start = bytes.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self)
                code = sqlite3_bind_text(statement, place, start, Int32(text.utf8.count), nil)
                offset += text.utf8.count
            case .blob(let blob):
                code = sqlite3_bind_blob(
                    statement, place, bytes.baseAddress?.advanced(by: offset), Int32(blob.count), nil)
                offset += blob.count
            }
            if code != SQLITE_OK { return code }
        }
        return nil
    }
}
