internal import Foundation
internal import GRDB
public import Persistence

/// The embedded database: one SQLite file, WAL, `synchronous=FULL` (a commit that returned survives a power loss).
public final class SQLiteDatabase: Persistence.Database {
    public let dialect = Dialect.sqlite
    let pool: any DatabaseWriter
    private let checkpoints: Checkpoints

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
        try await faults { try await self.pool.read { try body(SQLiteTransaction(database: $0)) } }
    }

    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        try await faults { try await self.pool.write { try body(SQLiteTransaction(database: $0)) } }
    }

    /// Also folds the write-ahead log into the file, so that the file alone is the whole database afterwards.
    public func close() async throws {
        _ = try? await pool.writeWithoutTransaction { database in
            self.checkpoints.end(database)
            try database.checkpoint(.truncate)
        }
        try pool.close()
    }

    private func faults<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch let error as DatabaseError { throw DatabaseFault(error) }
    }
}
