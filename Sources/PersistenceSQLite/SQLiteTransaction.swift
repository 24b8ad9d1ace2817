internal import Campaigns
internal import Foundation
internal import GRDB
internal import Persistence

/// One transaction on GRDB. Statements are prepared once for each text and kept.
struct SQLiteTransaction: Persistence.Transaction {
    let database: GRDB.Database
    let dialect = Dialect.sqlite
    private let clock = Clock()

    init(database: GRDB.Database) { self.database = database }

    /// SQLite's clock is the machine's: there is one node.
    var now: Instant { get throws { try clock.now } }

    @discardableResult
    func run(_ sql: Persistence.SQL) throws -> Int {
        let statement = try SQLiteStatement(sql, in: database)
        defer { statement.end() }
        while try statement.step() {}
        return database.changesCount
    }

    func forEach(_ sql: Persistence.SQL, _ body: (any Persistence.Row) throws -> Void) throws {
        let statement = try SQLiteStatement(sql, in: database)
        defer { statement.end() }
        while try statement.step() { try body(SQLiteRow(handle: statement.handle)) }
    }

    func insert(into table: StaticString, columns: [StaticString], rows: some Sequence<[SQLValue]>) throws {
        let names = columns.map(\.description).joined(separator: ", ")
        let places = columns.map { _ in "?" }.joined(separator: ", ")
        let statement = try SQLiteStatement("INSERT INTO \(table) (\(names)) VALUES (\(places))", in: database)
        defer { statement.end() }
        for row in rows { try statement.runAgain(with: row) }
    }

    func insert(into table: StaticString, columns: [StaticString], packed rows: PackedRows) throws {
        guard rows.count > 0 else { return }
        let names = columns.map(\.description).joined(separator: ", ")
        let places = columns.indices.map { "c\($0)" }.joined(separator: ", ")
        let statement = try SQLiteStatement(
            "INSERT INTO \(table) (\(names)) SELECT \(places) FROM martlet_rows(?)", in: database)
        try PackedRowsTable.withSource(rows) { source in
            defer { statement.end() }
            PackedRowsTable.bind(source, to: statement.handle)
            while try statement.step() {}
        }
    }

    /// Case and composition folded: "É" and "é", in one or two code points, are found by each other.
    static let foldFunction = DatabaseFunction("martlet_fold", argumentCount: 1, pure: true) { values in
        guard let text = String.fromDatabaseValue(values[0]) else { return nil }
        // Composition is nothing to ASCII.
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        return text.precomposedStringWithCanonicalMapping.lowercased()
    }
}

/// Read once in a transaction, when it is first asked: what is counted in it and what is written in it are of one time.
private final class Clock {
    private var first: Instant?

    var now: Instant {
        get throws {
            if let first { return first }
            var time = timespec()
            guard clock_gettime(CLOCK_REALTIME, &time) == 0 else {
                throw DatabaseFault.other("the clock cannot be read")
            }
            let now = Instant(rawValue: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
            first = now
            return now
        }
    }
}
