internal import CSQLiteSetup

/// What is set once in a process, before SQLite's first use there.
enum SQLiteProcess {
    static func prepare() { _ = isPrepared }

    /// SQLite counts what it allocates, behind a lock that all connections share, for a figure that nobody here asks for: a
    /// fifth of what planning a campaign cost (SQLITE_CONFIG_MEMSTATUS). Where
    /// somebody in the process used SQLite before, it goes on counting.
    ///
    /// Its log is written in large pieces (docs/decisions/0044-the-log-in-large-pieces.md).
    private static let isPrepared: Bool = {
        let isWithoutStatistics = martlet_sqlite_without_statistics() == 0
        return martlet_sqlite_gather_log() == 0 && isWithoutStatistics
    }()
}
