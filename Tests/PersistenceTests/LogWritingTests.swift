import CSQLiteSetup
import Foundation
import GRDB
import GRDBSQLite
import Synchronization
import TestSupport
import Testing

@testable import PersistenceSQLite

@Suite struct `What is written to the log of SQLite` {
    /// Rows of nearly a page each.
    private static func insert(_ rows: Range<Int>) -> String {
        """
        INSERT INTO piece WITH RECURSIVE number (n) AS (SELECT \(rows.lowerBound) UNION ALL
        SELECT n + 1 FROM number WHERE n < \(rows.upperBound - 1)) SELECT n, randomblob(3000) FROM number
        """
    }

    private static let emptied = "SELECT COUNT(*) FROM piece WHERE octets = zeroblob(3000)"

    private func with<Value: Sendable>(
        _ body: @escaping @Sendable (GRDB.Database, _ copy: Copies) throws -> Value
    ) async throws -> Value {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.file("martlet.sqlite")
        let database = try SQLiteDatabase(path: path)
        let value = try await database.pool.writeWithoutTransaction { writer in
            try writer.execute(sql: "CREATE TABLE piece (id INTEGER PRIMARY KEY, octets BLOB NOT NULL)")
            return try body(writer, Copies(path: path))
        }
        try await database.close()
        return value
    }

    /// What somebody finds who opens the files as they are in this moment, as after a kill.
    private struct Copies: Sendable {
        var path: String

        func rows() throws -> Int {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let copy = folder.file("copy.sqlite")
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
            }
            let queue = try DatabaseQueue(path: copy)
            defer { try? queue.close() }
            return try queue.read { reader in
                #expect(try String.fetchOne(reader, sql: "PRAGMA integrity_check") == "ok")
                return try Int.fetchOne(reader, sql: "SELECT COUNT(*) FROM piece") ?? -1
            }
        }
    }

    @Test func `goes to the file in pieces of many pages`() async throws {
        let writes = try await with { writer, _ in
            let before = martlet_sqlite_log_writes()
            try writer.execute(sql: Self.insert(0..<1_000))
            return martlet_sqlite_log_writes() - before
        }
        // 4 MB in pieces of 64 KB; two writes for each page would be more than 2,000.
        #expect((1...80).contains(writes))
    }

    @Test(arguments: ["FULL", "NORMAL", "OFF"])
    func `is in the file when its commit has returned, flushed or not`(_ synchronous: String) async throws {
        try await with { writer, copies in
            try writer.execute(sql: "PRAGMA synchronous = \(synchronous)")
            for (rows, total) in [(0..<1, 1), (1..<400, 400), (400..<402, 402)] {
                try writer.execute(sql: Self.insert(rows))
                #expect(try copies.rows() == total)
            }
        }
    }

    /// With room for ten pages, nearly all of a transaction goes to the log before its end, is read from there and
    /// changed again.
    @Test func `is not seen by others before its commit, but by its own transaction`() async throws {
        try await with { writer, copies in
            try writer.execute(sql: "PRAGMA cache_size = 10")
            try writer.execute(sql: Self.insert(0..<10))
            try writer.inTransaction {
                try writer.execute(sql: Self.insert(10..<500))
                try writer.execute(sql: "UPDATE piece SET octets = zeroblob(3000) WHERE id % 3 = 0")
                #expect(try Int.fetchOne(writer, sql: Self.emptied) == 167)
                #expect(try copies.rows() == 10)
                return .rollback
            }
            #expect(try Int.fetchOne(writer, sql: Self.emptied) == 0)
            try writer.inTransaction {
                try writer.execute(sql: Self.insert(10..<400))
                try writer.inSavepoint {
                    try writer.execute(sql: "UPDATE piece SET octets = zeroblob(3000)")
                    return .rollback
                }
                try writer.execute(sql: "DELETE FROM piece WHERE id % 2 = 0")
                return .commit
            }
            #expect(try copies.rows() == 200)
            #expect(try String.fetchOne(writer, sql: "PRAGMA integrity_check") == "ok")
            #expect(try Int.fetchOne(writer, sql: Self.emptied) == 0)
        }
    }

    /// What one connection has of a transaction that it took back must not come over what another one has committed at the
    /// same place of the log since.
    @Test func `of a transaction that was taken back is forgotten when another connection writes`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.file("martlet.sqlite")
        let database = try SQLiteDatabase(path: path)
        try await database.pool.writeWithoutTransaction { writer in
            try writer.execute(sql: "CREATE TABLE piece (id INTEGER PRIMARY KEY, octets BLOB NOT NULL)")
            try writer.execute(sql: Self.insert(0..<200))
            let other = try DatabaseQueue(path: path)
            try writer.execute(sql: "PRAGMA cache_size = 5")
            // Some of each number go to the log before the end. Nothing grows, so that taking them back reads nothing.
            for rows in 6..<30 {
                try writer.inTransaction {
                    try writer.execute(sql: "UPDATE piece SET octets = randomblob(3000) WHERE id < \(rows)")
                    return .rollback
                }
                try other.write { other in
                    try other.execute(sql: "UPDATE piece SET octets = zeroblob(3000) WHERE id < \(rows + 20)")
                }
                #expect(try Int.fetchOne(writer, sql: Self.emptied) == rows + 20)
                #expect(try Copies(path: path).rows() == 200)
                try other.write { try $0.execute(sql: "UPDATE piece SET octets = randomblob(3000)") }
                try other.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
            }
            try other.close()
        }
        try await database.close()
    }

    /// A statement that meets a full disk is taken back by itself; those before it are still to be committed.
    @Test func `is kept for a transaction that goes on after the disk was full`() async throws {
        FullDisk.stand(before: sqlite3_vfs_find("unix"))
        try await with { writer, copies in
            try writer.execute(sql: Self.insert(0..<60))
            // What is read of the log has to be written to it before; of this transaction nothing else is there.
            try writer.checkpoint(.truncate)
            try writer.execute(sql: "PRAGMA cache_size = 5")
            try writer.inTransaction {
                // More than there is room for, and less than is written at a time.
                try writer.execute(sql: "UPDATE piece SET octets = zeroblob(3000) WHERE id < 12")
                FullDisk.begin()
                #expect(throws: DatabaseError.self) {
                    try writer.execute(sql: "UPDATE piece SET octets = randomblob(3000)")
                }
                FullDisk.end()
                return .commit
            }
            #expect(try Int.fetchOne(writer, sql: Self.emptied) == 12)
            #expect(try copies.rows() == 60)
        }
    }
}

/// A disk that is full for one thread of this process, for as long as it is told to be.
private enum FullDisk {
    private static let thread = Atomic<UInt>(0)

    static func begin() { thread.store(UInt(pthread_self()), ordering: .relaxed) }
    static func end() { thread.store(0, ordering: .relaxed) }

    static func stand(before vfs: UnsafeMutablePointer<sqlite3_vfs>?) {
        let write: @convention(c) (Int32, UnsafeRawPointer?, Int, off_t) -> Int = { file, octets, count, place in
            guard FullDisk.thread.load(ordering: .relaxed) != UInt(pthread_self()) else {
                errno = ENOSPC
                return -1
            }
            return pwrite(file, octets, count, place)
        }
        // One of them is what this SQLite was built to use.
        for name in ["pwrite", "pwrite64"] {
            _ = vfs?.pointee.xSetSystemCall(vfs, name, unsafeBitCast(write, to: sqlite3_syscall_ptr.self))
        }
    }
}
