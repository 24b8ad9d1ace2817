internal import Foundation
internal import GRDB
internal import GRDBSQLite

/// `martlet_line_has(text, n, needle)`: whether the n-th line of a text, from 1, contains another text, octet by octet. It
/// looks where SQLite has the texts; a value of Swift's for each row took ten times as long.
enum LineSearch {
    static func register(in database: GRDB.Database) throws {
        let code = sqlite3_create_function_v2(
            database.sqliteConnection, "martlet_line_has", 3,
            SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nil,
            { context, _, values in
                guard let text = LineSearch.text(values?[0]), let needle = LineSearch.text(values?[2]) else {
                    return sqlite3_result_null(context)
                }
                let line = LineSearch.line(sqlite3_value_int64(values?[1]), of: text)
                sqlite3_result_int(context, LineSearch.contains(line, needle) ? 1 : 0)
            }, nil, nil, nil)
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }

    private static func text(_ value: OpaquePointer?) -> UnsafeBufferPointer<UInt8>? {
        guard sqlite3_value_type(value) == SQLITE_TEXT, let start = sqlite3_value_text(value) else { return nil }
        return UnsafeBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))
    }

    /// Empty when there are fewer.
    private static func line(_ number: Int64, of text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var rest = text
        for _ in 1..<max(1, number) {
            guard let end = find(0x0A, in: rest) else { return UnsafeBufferPointer(rebasing: text[..<0]) }
            rest = UnsafeBufferPointer(rebasing: rest[(end + 1)...])
        }
        return find(0x0A, in: rest).map { UnsafeBufferPointer(rebasing: rest[..<$0]) } ?? rest
    }

    private static func contains(_ text: UnsafeBufferPointer<UInt8>, _ needle: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = needle.first, let needleStart = needle.baseAddress else { return true }
        var rest = text
        while rest.count >= needle.count, let place = find(first, in: rest), let start = rest.baseAddress {
            guard rest.count - place >= needle.count else { return false }
            if memcmp(start + place, needleStart, needle.count) == 0 { return true }
            rest = UnsafeBufferPointer(rebasing: rest[(place + 1)...])
        }
        return false
    }

    private static func find(_ byte: UInt8, in text: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let start = text.baseAddress, text.count > 0,
            let found = memchr(start, Int32(byte), text.count)
        else { return nil }
        return UnsafeRawPointer(start).distance(to: UnsafeRawPointer(found))
    }
}
