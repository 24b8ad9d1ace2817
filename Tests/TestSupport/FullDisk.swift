public import PersistenceSQLite
internal import Persistence

/// A disk without space, for a database: SQLite's file may not grow beyond what it has, and SQLite itself says that it is
/// full (SQLITE_FULL), in the middle of whatever transaction comes.
extension SQLiteDatabase {
    public func fillDisk() async throws {
        _ = try await write { tx in try tx.first("PRAGMA max_page_count = 1") { _ in true } }
    }

    public func makeSpace() async throws {
        _ = try await write { tx in try tx.first("PRAGMA max_page_count = 1073741823") { _ in true } }
    }
}
