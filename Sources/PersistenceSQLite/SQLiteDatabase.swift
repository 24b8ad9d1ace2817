internal import Foundation
internal import GRDB
public import Persistence
internal import Synchronization

/// The embedded database: one SQLite file, WAL, `synchronous=FULL` (a commit that returned survives a power loss).
public final class SQLiteDatabase: Persistence.Database {
    public let dialect = Dialect.sqlite
    let pool: any DatabaseWriter
    private let checkpoints: Checkpoints
    /// Whether the writer does not wait for the disk. It is the writer's alone.
    private let isRelaxed = Mutex(false)
    /// Whoever comes later is refused: GRDB would open the file anew for those who read, and hand SQLite a connection that
    /// is gone for those who write, which takes the process along.
    private let isClosed = Mutex(false)

    /// - Parameters:
    ///   - path: the file; it is made if it is not there, its folder is not. New files have mode 0600.
    ///   - readers: how many transactions may read at once.
    public init(path: String, readers: Int = 4) throws {
        SQLiteProcess.prepare()
        var configuration = Configuration()
        configuration.maximumReaderCount = readers
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA cache_size = -8000")
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
            database.add(function: SQLiteTransaction.foldFunction)
            try LineSearch.register(in: database)
            try PackedRowsTable.register(in: database)
        }
        do {
            if !FileManager.default.fileExists(atPath: path) {
                _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            }
            let pool = try DatabasePool(path: path, configuration: configuration)
            // Only now: as it turns on the write-ahead log, GRDB sets the writer to NORMAL, with which a power cut takes
            // back commits that had returned, and their mails would go out twice.
            let checkpoints = Checkpoints(path: path)
            try pool.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                // Pages that were written and are not committed have their place here; those that are read, the kernel keeps.
                try database.execute(sql: "PRAGMA cache_size = -16000")
                checkpoints.follow(database)
            }
            self.checkpoints = checkpoints
            self.pool = pool
        } catch {
            throw DatabaseFault(opening: path, error)
        }
    }

    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        try await faults {
            try await self.pool.read { database in
                try self.refuseIfClosed()
                return try body(SQLiteTransaction(database: database))
            }
        }
    }

    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        try await write(durably: true, body)
    }

    public func writeRepeatable<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        try await write(durably: false, body)
    }

    private func write<Value: Sendable>(
        durably: Bool, _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        try await faults {
            try await self.pool.writeWithoutTransaction { database in
                try self.refuseIfClosed()
                try self.setDurable(durably, database)
                var value: Value?
                try database.inTransaction {
                    value = try body(SQLiteTransaction(database: database))
                    return .commit
                }
                guard let value else { throw DatabaseFault.other("the transaction gave nothing") }
                return value
            }
        }
    }

    /// NORMAL: the log is not flushed at the commit. The next commit that is flushed flushes all of it, and nothing is brought
    /// over into the file before it has been.
    ///
    /// It is set before a transaction, not set back behind one: there nothing can be, for GRDB refuses all statements of a task
    /// that was cancelled meanwhile.
    private func setDurable(_ durably: Bool, _ database: GRDB.Database) throws {
        guard isRelaxed.withLock({ $0 }) == durably else { return }
        isRelaxed.withLock { $0 = true }
        try database.execute(sql: durably ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
        if durably { isRelaxed.withLock { $0 = false } }
    }

    /// Also folds the write-ahead log into the file, so that the file alone is the whole database afterwards.
    public func close() async throws {
        _ = try? await pool.writeWithoutTransaction { database in
            let isFirst = self.isClosed.withLock { isClosed -> Bool in
                defer { isClosed = true }
                return !isClosed
            }
            guard isFirst else { return }
            self.checkpoints.end(database)
            try database.checkpoint(.truncate)
        }
        try pool.close()
    }

    private func refuseIfClosed() throws {
        if isClosed.withLock({ $0 }) { throw DatabaseFault.unavailable("it was closed") }
    }

    private func faults<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch let error as DatabaseError { throw DatabaseFault(error) }
    }
}
