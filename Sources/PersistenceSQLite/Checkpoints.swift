internal import Dispatch
internal import GRDB
internal import GRDBSQLite
internal import Synchronization

/// Brings what is in the write-ahead log into the database's file beside the writer, by a connection and on a thread of its
/// own: done by the writer itself, as SQLite does by default, it is a fifth of the time of who writes much, and whoever
/// waits for the writer waits for it too.
///
/// Nothing depends on it: what is committed is in the log, durably. Only where it falls behind, the writer does the rest,
/// so that the log can begin anew and does not grow.
final class Checkpoints: @unchecked Sendable {
    /// Pages in the log from which on it is brought over, 16 MB: pages that change all the time are brought over once for many
    /// commits.
    private static let some: Int32 = 4_000
    /// From which on the writer does it, 32 MB.
    private static let many: Int32 = 8_000

    private let path: String
    private let queue = DispatchQueue(label: "martlet.checkpoints", qos: .utility)
    private let isUnderWay = Mutex(false)
    /// Of the queue alone.
    private var connection: OpaquePointer?
    private var isOver = false

    init(path: String) { self.path = path }

    deinit { sqlite3_close_v2(connection) }

    /// - Parameter database: the writer. It must not commit once this object is gone.
    func follow(_ database: GRDB.Database) {
        _ = sqlite3_wal_hook(
            database.sqliteConnection,
            { context, writer, _, pages in
                if let context {
                    Unmanaged<Checkpoints>.fromOpaque(context).takeUnretainedValue().noted(pages, by: writer)
                }
                // Anything else would be told to whoever committed, though it is committed.
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Waits for what is under way.
    func end(_ database: GRDB.Database) {
        _ = sqlite3_wal_hook(database.sqliteConnection, nil, nil)
        queue.sync {
            isOver = true
            sqlite3_close_v2(connection)
            connection = nil
        }
    }

    private func noted(_ pages: Int32, by writer: OpaquePointer?) {
        guard pages >= Self.some else { return }
        if pages >= Self.many {
            // Passive: it waits for nobody, and does nothing while the other one is at it.
            sqlite3_wal_checkpoint_v2(writer, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
            return
        }
        let begins = isUnderWay.withLock { isUnderWay in
            defer { isUnderWay = true }
            return !isUnderWay
        }
        guard begins else { return }
        queue.async { [self] in
            run()
            isUnderWay.withLock { $0 = false }
        }
    }

    /// What fails, for a full disk say, fails for the writer too, who tells it; here it is tried again the next time.
    /// - Returns: whether what could be brought over was.
    @discardableResult
    func run() -> Bool {
        guard !isOver, isOpen || open() else { return false }
        return sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil) == SQLITE_OK
    }

    private var isOpen: Bool { connection != nil }

    private func open() -> Bool {
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
        // Before the log begins anew, all that was in it must be on the disk: a connection that could not be told so is
        // of no use.
        if sqlite3_open_v2(path, &connection, flags, nil) == SQLITE_OK,
            sqlite3_exec(connection, "PRAGMA synchronous = FULL", nil, nil, nil) == SQLITE_OK
        {
            return true
        }
        sqlite3_close_v2(connection)
        connection = nil
        return false
    }
}
