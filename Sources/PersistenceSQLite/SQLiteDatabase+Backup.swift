internal import Dispatch
internal import GRDB
internal import Persistence

extension SQLiteDatabase {
    /// Writes a copy of the whole database, as it is at one moment, into a file that is not there yet; whoever writes
    /// meanwhile goes on. The copy is one file, without a write-ahead log.
    public func copy(to path: String) async throws {
        let pool = pool
        try await Self.blocking {
            let copy = try DatabaseQueue(path: path)
            try pool.backup(to: copy)
            try copy.writeWithoutTransaction { _ = try String.fetchOne($0, sql: "PRAGMA journal_mode = DELETE") }
            try copy.close()
        }
    }

    /// What SQLite finds wrong with a database file: its pages, indexes, constraints, and rows that point nowhere. Empty
    /// for a sound one.
    public static func problems(inFile path: String) async throws -> [String] {
        SQLiteProcess.prepare()
        return try await blocking {
            var configuration = Configuration()
            configuration.readonly = true
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            let problems = try queue.read { database in
                try String.fetchAll(database, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
                    + Row.fetchAll(database, sql: "PRAGMA foreign_key_check").prefix(20).map {
                        "a row of \(String.fromDatabaseValue($0["table"]) ?? "a table") points nowhere"
                    }
            }
            try queue.close()
            return problems
        }
    }

    /// Away from Swift's cooperative threads.
    private static func blocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        do {
            return try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async { continuation.resume(with: Result { try work() }) }
            }
        } catch let error as DatabaseError { throw DatabaseFault(error) }
    }
}
