/// What must not be done twice at once where no row can be locked for it.
enum ExclusiveLock: Int64 {
    case migrating = 1
    /// Names and addresses of users share one space of keys, which no constraint spans.
    case registering = 2
    /// Whether a message was opened before decides what is counted; two nodes may write what they saw of the same one.
    case countingReadings = 3
}

extension Transaction {
    /// Waits until no other transaction has the lock, and keeps it until this one ends. SQLite has one writer at a time.
    func lock(_ lock: ExclusiveLock) throws {
        guard dialect == .postgres else { return }
        // 0x4D61 "Ma": others may use the same database.
        try run("SELECT pg_advisory_xact_lock(CAST(\(0x4D61) AS int), CAST(\(lock.rawValue) AS int))")
    }

    /// The same for a name, of which there may be any number.
    func lock(name: String) throws {
        guard dialect == .postgres else { return }
        try run("SELECT pg_advisory_xact_lock(hashtextextended(\(name), 19809))")
    }

    /// Takes the same lock beside others who do so, but not beside ``lock(name:)``.
    func share(name: String) throws {
        guard dialect == .postgres else { return }
        try run("SELECT pg_advisory_xact_lock_shared(hashtextextended(\(name), 19809))")
    }

    /// Takes the same lock unless somebody else has it.
    /// - Returns: whether it is ours until the transaction ends.
    func tryLock(name: String) throws -> Bool {
        guard dialect == .postgres else { return true }
        return try one("SELECT pg_try_advisory_xact_lock(hashtextextended(\(name), 19809))") { try $0.bool(0) }
    }
}
