internal import CLibPQ
public import Logging
public import Persistence

/// The shared database: a PostgreSQL server (13 or newer) that any number of nodes use.
///
/// Reads see one snapshot (REPEATABLE READ, READ ONLY), writes are READ COMMITTED (`docs/decisions/0013`). What the server
/// refuses because of another transaction, and what breaks before its commit was asked for, is tried again by itself: it
/// has certainly changed nothing. What breaks during the commit throws ``DatabaseFault/outcomeUnknown``.
public final class PostgresDatabase: Database {
    /// How often a transaction is tried again after conflicts, and after lost connections.
    private static let mostConflicts = 12
    private static let mostLosses = 2

    public let dialect = Dialect.postgres
    private let pool: ConnectionPool
    private let logger: Logger

    /// Connects once, so that a wrong address or server is told at the start.
    ///
    /// - Throws: ``DatabaseFault`` with what is to be done about it.
    public init(_ settings: PostgresSettings, logger: Logger) async throws {
        pool = ConnectionPool(settings)
        self.logger = logger
        _ = try await read { _ in true }
    }

    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value { try await transact(.reading, body) }

    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value { try await transact(.writing, body) }

    public func writeRepeatable<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value { try await transact(.writing, durably: false, body) }

    public func close() async throws { await pool.close() }

    private func transact<Value: Sendable>(
        _ use: ConnectionPool.Use, durably: Bool = true, _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        var conflicts = 0
        var losses = 0
        while true {
            switch try await once(use, durably: durably, body) {
            case .done(let value): return value
            case .failed(let error): throw error
            case .unknown: throw DatabaseFault.outcomeUnknown
            case .conflict(let fault):
                conflicts += 1
                guard conflicts <= Self.mostConflicts else { throw fault }
                try await Task.sleep(for: .milliseconds(1 << min(conflicts, 7)) * Double.random(in: 0.5...1.5))
            case .lost(let fault):
                losses += 1
                logger.warning("Database connection lost", metadata: ["error": "\(fault)"])
                guard losses <= Self.mostLosses else { throw fault }
            }
        }
    }

    private func once<Value: Sendable>(
        _ use: ConnectionPool.Use, durably: Bool, _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> PostgresConnection.Ending<Value> {
        let connection = try await pool.take(for: use)
        let (ending, isUsable) = try await connection.run { connection in
            let ending = connection.transact(writing: use == .writing, durably: durably, body)
            return (ending, connection.isUsable)
        }
        pool.giveBack(connection, from: use, isUsable: isUsable)
        return ending
    }
}
