public import Campaigns
internal import Mail

/// What a backup, a restored database or a copy holds, in numbers.
public struct InstallationCounts: Sendable, Hashable {
    public var users, recipients, campaigns, messages: Int
    /// Messages by the tallies, which must be as many.
    public var tallied: Int
    public var lastBackupAt: Instant?
}

/// What would go on by itself in a database that was restored or copied, had it not been stopped.
public struct HeldWork: Sendable, Hashable {
    public var campaigns: Int
    public var tally: Tally
    /// Ready, in hand, or at the dot.
    public var waiting: Int { tally.open }
}

extension Transaction {
    /// Writes down that a backup is made now. The backup has it too, and so knows its own age.
    public func noteBackup() throws { try setSetting(SettingName.lastBackup, to: String(try now.rawValue)) }

    public func installationCounts() throws -> InstallationCounts {
        InstallationCounts(
            users: try count("SELECT COUNT(*) FROM users"), recipients: try count("SELECT COUNT(*) FROM recipient"),
            campaigns: try count("SELECT COUNT(*) FROM campaign"), messages: try count("SELECT COUNT(*) FROM message"),
            tallied: try count("SELECT CAST(COALESCE(SUM(messages), 0) AS BIGINT) FROM campaign_tally"),
            lastBackupAt: try setting(SettingName.lastBackup).flatMap { Int64($0) }.map { Instant(rawValue: $0) })
    }

    /// Stops everything that would be sent by itself: campaigns that are scheduled or under way are paused, with a sentence
    /// for their owners. Sessions end, because those that were closed since would be open again; so do leases.
    ///
    /// - Parameter reason: begins with ``HeldWork/restoredPrefix`` or ``HeldWork/copiedPrefix``.
    public func holdWork(because reason: String) throws -> HeldWork {
        let now = try now
        var held = HeldWork(campaigns: 0, tally: Tally())
        try forEach(
            """
            SELECT t.state, CAST(SUM(t.messages) AS BIGINT) FROM campaign_tally t JOIN campaign c ON c.id = t.campaign_id
            WHERE c.state IN ('scheduled', 'planning', 'sending', 'paused') AND t.messages > 0 GROUP BY t.state
            """
        ) { held.tally.add(try $0.int(1), to: try $0.value(0)) }
        held.campaigns = try run(
            """
            UPDATE campaign SET state = 'paused', paused_reason = \(reason), updated_at = \(now)
            WHERE state IN ('scheduled', 'planning', 'sending')
            """)
        try run("DELETE FROM session")
        // Who delivered when the copy was made does not hold this database.
        try run("UPDATE epoch SET renewed_at = 0 WHERE ended_at IS NULL")
        return held
    }

    /// Campaigns that still wait for somebody since the database was restored or copied.
    public func campaignsHeldSinceMoving() throws -> Int {
        try count(
            """
            SELECT COUNT(*) FROM campaign WHERE state = 'paused'
                AND (\(dialect.contains("paused_reason", HeldWork.restoredPrefix))
                    OR \(dialect.contains("paused_reason", HeldWork.copiedPrefix)))
            """)
    }

    /// Whether a node renewed its lease within the time that one is valid.
    public func isAnyNodeAtWork() throws -> Bool {
        let since = try now - Lease.lifetime
        return try count("SELECT COUNT(*) FROM epoch WHERE ended_at IS NULL AND renewed_at > \(since)") > 0
    }

    public func appliedMigrations() throws -> [Int] {
        try rows("SELECT number FROM schema_migration ORDER BY number") { try $0.int(0) }
    }

    /// PostgreSQL only.
    public func tablesInPublicSchema() throws -> Set<String> {
        Set(
            try rows("SELECT CAST(tablename AS TEXT) FROM pg_catalog.pg_tables WHERE schemaname = 'public'") {
                try $0.string(0)
            })
    }

    /// A password under seal with its place, to see whether the keys at hand open it.
    public func anySealedPassword() throws -> (account: Account.ID, sender: Sender.ID, sealed: [UInt8])? {
        try first("SELECT account_id, id, smtp_password FROM sender WHERE smtp_password IS NOT NULL LIMIT 1") {
            (try $0.id(0), try $0.id(1), try $0.bytes(2))
        }
    }
}

private enum SettingName {
    static let lastBackup = "last_backup_at"
}

extension HeldWork {
    public static let restoredPrefix = "Restored from a backup"
    public static let copiedPrefix = "Copied from another database"

    /// - Parameter madeAt: nil where the backup does not say it.
    public static func restoredReason(madeAt: Instant?) -> String {
        "\(restoredPrefix)\(madeAt.map { " of \($0.minuteUTC)" } ?? ""). What was sent since then is not known here: resume only when you know that these mails did not go out, or cancel."
    }

    public static func copiedReason(at instant: Instant) -> String {
        "\(copiedPrefix) at \(instant.minuteUTC). Resume when the other one will not be started again; otherwise people get mails twice."
    }
}

extension Instant {
    /// `2026-11-25 18:04 UTC`.
    public var minuteUTC: String {
        let minutes = rawValue / 60_000_000
        let date = CivilDate(daysSince1970: Int(minutes / 1440))
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return
            "\(date.year)-\(two(Int64(date.month)))-\(two(Int64(date.day))) \(two(minutes / 60 % 24)):\(two(minutes % 60)) UTC"
    }
}
