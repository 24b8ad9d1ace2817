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
}
