import Foundation
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@Suite struct `Durability` {
    /// `synchronous` 2 is FULL: SQLite flushes the write-ahead log before a commit returns
    /// (https://sqlite.org/pragma.html#pragma_synchronous). With NORMAL a power cut takes the last commits with it.
    @Test func `a commit that returned is on the disk, not only with the kernel`() async throws {
        try await withDatabase { database in
            let (synchronous, journal) = try await database.write { tx in
                (
                    try tx.one("PRAGMA synchronous") { try $0.int(0) },
                    try tx.one("PRAGMA journal_mode") { try $0.string(0) }
                )
            }
            #expect(synchronous == 2)
            #expect(journal == "wal")
        }
    }

    /// 60 MB in 60 commits: brought over beside the writer, or by it where that falls behind.
    @Test func `the write-ahead log does not grow with what is written`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-log-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "martlet.sqlite").path
        let database = try SQLiteDatabase(path: path)
        _ = try await database.write { tx in try tx.run("CREATE TABLE piece (id INTEGER PRIMARY KEY, octets BLOB)") }
        for _ in 0..<60 {
            _ = try await database.write { tx in try tx.run("INSERT INTO piece (octets) VALUES (zeroblob(1000000))") }
        }
        let log = try #require(
            try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int)
        #expect(log < 45_000_000)
        let octets = try await database.read { tx in
            try tx.one("SELECT SUM(length(octets)) FROM piece") { try $0.int(0) }
        }
        #expect(octets == 60_000_000)
        try await database.close()
        #expect(try await SQLiteDatabase.problems(inFile: path).isEmpty)
    }
}
