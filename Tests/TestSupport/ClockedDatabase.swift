public import Campaigns
internal import NIOConcurrencyHelpers
public import Persistence

/// A database whose clock a test sets. Everything else is as it is.
///
///     let clocked = ClockedDatabase(database, at: try await database.read { try $0.now })
///     clocked.advance(by: .seconds(3600))
public struct ClockedDatabase: Database {
    private let base: any Database
    private let time: NIOLockedValueBox<Instant>

    public init(_ base: any Database, at time: Instant) {
        self.base = base
        self.time = NIOLockedValueBox(time)
    }

    public var dialect: Dialect { base.dialect }
    public var now: Instant { time.withLockedValue { $0 } }

    public func advance(by duration: Duration) { time.withLockedValue { $0 = $0 + duration } }

    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        try await base.read { try body(ClockedTransaction(base: $0, now: now)) }
    }

    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        try await base.write { try body(ClockedTransaction(base: $0, now: now)) }
    }

    public func writeRepeatable<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        try await base.writeRepeatable { try body(ClockedTransaction(base: $0, now: now)) }
    }

    public func close() async throws { try await base.close() }
}

private struct ClockedTransaction: Transaction {
    let base: any Transaction
    let now: Instant

    var dialect: Dialect { base.dialect }

    func run(_ sql: SQL) throws -> Int { try base.run(sql) }
    func runLater(_ sql: SQL) throws { try base.runLater(sql) }
    func forEach(_ sql: SQL, _ body: (any Row) throws -> Void) throws { try base.forEach(sql, body) }

    func forEach(inOneTrip statements: [SQL], _ body: (Int, any Row) throws -> Void) throws {
        try base.forEach(inOneTrip: statements, body)
    }

    func insert(into table: StaticString, columns: [StaticString], rows: some Sequence<[SQLValue]>) throws {
        try base.insert(into: table, columns: columns, rows: rows)
    }

    func insert(into table: StaticString, columns: [StaticString], packed rows: PackedRows) throws {
        try base.insert(into: table, columns: columns, packed: rows)
    }
}
