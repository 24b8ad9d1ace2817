internal import Campaigns
internal import Foundation
internal import Logging
internal import Persistence
internal import PersistencePostgres

/// A dump into a PostgreSQL database: one transaction puts aside what is there, restores, and pauses what would be sent.
struct RestoreToPostgres {
    let file: String
    let keys: String?
    let replaces: Bool
    let settings: PostgresSettings

    func run(_ configuration: ServerConfiguration, _ folder: DataFolder) async throws -> [String] {
        try checkFormat()
        let programs = PostgresPrograms(settings: settings)
        try await programs.check(file)
        let before = try await statementsBefore()
        try await programs.restore(
            file, before: before.script, after: HeldWork.script(because: Self.reason(file), schema: "public."))
        let (database, _) = try await DatabaseOpening.open(.postgres(settings), logger: Logger(label: "martlet"))
        do {
            let (counts, held) = try await database.write { tx in
                let counts = try tx.installationCounts()
                var held = try tx.holdWork(because: HeldWork.restoredReason(madeAt: counts.lastBackupAt))
                held.campaigns = try tx.campaignsHeldSinceMoving()
                return (counts, held)
            }
            var lines = RestoreCommand.lines(file, counts, held, before.aside)
            do { try await KeysCheck(file: file, keys: keys).run(database, configuration, folder) } catch let failure
                as CommandFailure
            {
                lines.append("Before you start: \(failure.message)")
            }
            try await database.close()
            try await useKeys(folder)
            return lines
        } catch {
            try? await database.close()
            throw error
        }
    }

    private static func reason(_ file: String) -> String { HeldWork.restoredReason(madeAt: nil) }

    private func checkFormat() throws {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
        defer { try? handle.close() }
        let head = try handle.read(upToCount: 16) ?? Data()
        if head.starts(with: Data("SQLite format 3".utf8)) {
            throw CommandFailure(
                .usage,
                "\(file) is a backup of an SQLite database. Restore it without DATABASE_URL into a data folder first.")
        }
        guard head.starts(with: Data("PGDMP".utf8)) else {
            throw CommandFailure(.badData, "\(file) is not a backup made with `martlet backup`.")
        }
    }

    /// - Throws: a ``CommandFailure`` when a node is at work, or when there are users and nobody said that they may go.
    private func statementsBefore() async throws -> (script: String, aside: String?) {
        let database = try await PostgresDatabase(settings, logger: Logger(label: "martlet"))
        let (tables, isInUse, isAtWork) = try await database.read { tx in
            let tables = try tx.tablesInPublicSchema()
            let isOurs = tables.contains("users") && tables.contains("epoch")
            return (tables, try isOurs && tx.hasUsers(), try isOurs && tx.isAnyNodeAtWork())
        }
        try await database.close()
        if isAtWork {
            throw CommandFailure(
                .tryLater, "A node delivers from this database. Stop all of them, wait 15 seconds, and try again.")
        }
        guard !isInUse || replaces else {
            throw CommandFailure(
                .usage,
                "There are users in this database already. Add --replace to put its schema aside, or set DATABASE_URL to another one."
            )
        }
        guard !tables.isEmpty else { return ("", nil) }
        let name = "before_restore_\(Int(Date().timeIntervalSince1970))"
        return (HeldWork.asideScript(schema: name), "the schema \(name) of the same database")
    }

    private func useKeys(_ folder: DataFolder) async throws {
        guard let keys else { return }
        let time = Int(Date().timeIntervalSince1970)
        if FileManager.default.fileExists(atPath: folder.secrets) {
            guard link(folder.secrets, "\(folder.secrets).before-restore-\(time)") == 0 else {
                throw DataFolder.failure(errno, "\(folder.secrets) cannot be put aside")
            }
        }
        try await OutputFile(path: folder.secrets, replaces: true).write { try KeysFile.copy(keys, to: $0) }
    }
}
