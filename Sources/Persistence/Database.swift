public import Campaigns

/// The one seam to storage. Two drivers ship: SQLite (embedded) and PostgreSQL (shared); nothing above knows which.
///
/// The closures are synchronous: a transaction is a pair of braces and cannot wait for the network. A closure that throws
/// rolls everything back.
public protocol Database: Sendable {
    var dialect: Dialect { get }

    /// Reads from one consistent snapshot, beside writers.
    func read<Value: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Value) async throws -> Value

    /// Reads and writes; durable when it returns.
    func write<Value: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Value) async throws -> Value

    /// The same for a step that is taken again where it is missing: nobody waits for the disk. A machine that loses power
    /// may lose it, together with all that was written after it in this way, but never a part of it; what a later ``write(_:)``
    /// makes durable, it makes durable with all before it.
    func writeRepeatable<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value

    /// Ends all connections after what is under way.
    func close() async throws
}

extension Database {
    public func writeRepeatable<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value { try await write(body) }
}

/// What queries run on. Only `Persistence` writes SQL: its queries are extensions of ``Transaction`` (for the whole
/// installation) and ``AccountScope`` (for one account).
public protocol Transaction {
    var dialect: Dialect { get }

    /// The database's clock: the same during one transaction, and the same for all nodes.
    var now: Instant { get throws }

    /// ``now`` as part of a statement. Where nobody knows it yet, it is no question of its own to the server.
    var nowInSQL: SQL { get throws }

    /// Runs a statement that gives no rows.
    /// - Returns: how many rows it changed.
    @discardableResult func run(_ sql: SQL) throws -> Int

    /// The same for whoever need not know how many rows it changed: on a server it goes out with the next statement, or with
    /// the commit, in one trip. What it is refused for is thrown there.
    func runLater(_ sql: SQL) throws

    /// Calls `body` for each row of the answer, in order.
    func forEach(_ sql: SQL, _ body: (any Row) throws -> Void) throws

    /// Runs several statements, in order, and calls `body` for each row of each answer with the number of its statement. On a
    /// server all of them go out in one trip, so none may need what `body` makes of another.
    func forEach(inOneTrip statements: [SQL], _ body: (Int, any Row) throws -> Void) throws

    /// Inserts many rows by the fastest way the database has (a prepared statement; COPY).
    func insert(into table: StaticString, columns: [StaticString], rows: some Sequence<[SQLValue]>) throws

    /// The same for very many rows.
    func insert(into table: StaticString, columns: [StaticString], packed rows: PackedRows) throws
}

extension Transaction {
    public var nowInSQL: SQL { get throws { "\(try now)" } }

    public func runLater(_ sql: SQL) throws { try run(sql) }

    public func forEach(inOneTrip statements: [SQL], _ body: (Int, any Row) throws -> Void) throws {
        for (number, statement) in statements.enumerated() { try forEach(statement) { try body(number, $0) } }
    }

    public func insert(into table: StaticString, columns: [StaticString], packed rows: PackedRows) throws {
        try insert(into: table, columns: columns, rows: rows.rows)
    }

    public func rows<Value>(_ sql: SQL, _ decode: (any Row) throws -> Value) throws -> [Value] {
        var result: [Value] = []
        try forEach(sql) { result.append(try decode($0)) }
        return result
    }

    public func first<Value>(_ sql: SQL, _ decode: (any Row) throws -> Value) throws -> Value? {
        var result: Value?
        try forEach(sql) { if result == nil { result = try decode($0) } }
        return result
    }

    /// Rows that are known by their ids, in the order of these; those that are gone are left out.
    /// - Parameter statement: gives the id as its first column, of the ids that it is given.
    func rows<Value>(
        inOrderOf ids: [Int64], _ statement: (SQL) -> SQL, _ decode: (any Row) throws -> Value
    ) throws -> [Value] {
        guard !ids.isEmpty else { return [] }
        var found: [Int64: Value] = [:]
        try forEach(statement(dialect.integers(ids))) { found[try $0.int64(0)] = try decode($0) }
        return ids.compactMap { found[$0] }
    }

    /// For statements that always give one row, such as a count or an INSERT … RETURNING.
    public func one<Value>(_ sql: SQL, _ decode: (any Row) throws -> Value) throws -> Value {
        guard let value = try first(sql, decode) else { throw DatabaseFault.noRow }
        return value
    }

    public func count(_ sql: SQL) throws -> Int { try one(sql) { try $0.int(0) } }

    /// The way into one account's rows: a query without an account does not compile.
    public func account(_ id: Account.ID) -> AccountScope { AccountScope(id: id, transaction: self) }
}

/// One account inside one transaction. Queries about an account's rows are extensions of this type, and each of them
/// names `account_id`.
public struct AccountScope {
    public let id: Account.ID
    public let transaction: any Transaction

    init(id: Account.ID, transaction: any Transaction) {
        self.id = id
        self.transaction = transaction
    }
}
