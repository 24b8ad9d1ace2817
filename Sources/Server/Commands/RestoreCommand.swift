internal import Campaigns
internal import Foundation
internal import Persistence
internal import PersistenceSQLite
internal import Vault

/// `martlet restore`: puts a backup into the data folder, in which nothing is sent until somebody says so.
public struct RestoreCommand: Sendable {
    public var file: String
    /// nil: beside the backup, where there is one.
    public var keys: String?
    /// Puts what is there aside.
    public var replaces: Bool

    public init(file: String, keys: String?, replaces: Bool) {
        self.file = file
        self.keys = keys
        self.replaces = replaces
    }

    /// - Returns: lines for the person.
    public func run(_ configuration: ServerConfiguration) async throws -> [String] {
        try FileReading.check(file)
        let folder = try DataFolder(opening: configuration.dataFolder)
        let lock = try folder.lockForDelivery()
        defer { lock.release() }
        switch configuration.database {
        case .sqlite(let path): return try await restore(to: path, configuration, folder)
        case .postgres(let settings):
            return try await RestoreToPostgres(file: file, keys: try keysFile(), replaces: replaces, settings: settings)
                .run(configuration, folder)
        }
    }

    private func restore(
        to path: String, _ configuration: ServerConfiguration, _ folder: DataFolder
    ) async throws -> [String] {
        let isInUse = try await Self.isInUse(path)
        guard !isInUse || replaces else {
            throw CommandFailure(
                .usage,
                """
                There are users in \(folder.path) already. Add --replace to put that installation aside, or name another \
                folder with --data.
                """)
        }
        let draft = "\(path).restoring"
        for end in ["", "-wal", "-shm"] { unlink(draft + end) }
        defer { for end in ["", "-wal", "-shm"] { unlink(draft + end) } }
        let keys = try keysFile()
        let (counts, held) = try await prepare(draft, keys: keys, configuration, folder)
        let aside = try Self.putAside(path, folder, keepsKeys: keys == nil)
        if let keys {
            try await OutputFile(path: folder.secrets, replaces: true).write { try KeysFile.copy(keys, to: $0) }
        }
        guard rename(draft, path) == 0 else { throw DataFolder.failure(errno, "\(path) cannot be written") }
        try OutputFile.flush(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        return Self.lines(file, counts, held, aside)
    }

    // MARK: What is there

    /// A damaged database counts as one that is in use.
    private static func isInUse(_ path: String) async throws -> Bool {
        guard FileManager.default.fileExists(atPath: path) else { return false }
        guard let database = try? SQLiteDatabase(path: path, readers: 1) else { return true }
        let hasUsers = (try? await database.read { tx in try tx.hasUsers() }) ?? true
        try? await database.close()
        return hasUsers
    }

    /// Database and keys stay under other names. Whichever step is the last one of a kill, one of the two is whole.
    private static func putAside(_ path: String, _ folder: DataFolder, keepsKeys: Bool) throws -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let time = Int(Date().timeIntervalSince1970)
        let end = ".before-restore-\(time)"
        // What a damaged database left behind belongs to it.
        for part in ["-wal", "-shm"] where FileManager.default.fileExists(atPath: path + part) {
            guard rename(path + part, path + end + part) == 0 else {
                throw DataFolder.failure(errno, "\(path)\(part) cannot be put aside")
            }
        }
        guard link(path, path + end) == 0 else {
            throw DataFolder.failure(errno, "\(path) cannot be put aside")
        }
        if !keepsKeys, FileManager.default.fileExists(atPath: folder.secrets) {
            guard link(folder.secrets, folder.secrets + end) == 0 else {
                throw DataFolder.failure(errno, "\(folder.secrets) cannot be put aside")
            }
        }
        return path + end
    }

    // MARK: The backup

    private func keysFile() throws -> String? {
        if let keys {
            try FileReading.check(keys)
            return keys
        }
        let beside = KeysFile.path(of: file)
        return FileManager.default.fileExists(atPath: beside) ? beside : nil
    }

    /// Copies, checks, migrates, and stops what would be sent by itself, all of it beside the database that is there.
    private func prepare(
        _ draft: String, keys: String?, _ configuration: ServerConfiguration, _ folder: DataFolder
    ) async throws -> (InstallationCounts, HeldWork) {
        try Self.refuseOtherFormats(file)
        do { try FileManager.default.copyItem(atPath: file, toPath: draft) } catch {
            throw CommandFailure(.storage, "\(file) cannot be copied into \(folder.path): is there enough space?")
        }
        chmod(draft, 0o600)
        let counts = try await BackupCheck.counts(inFile: draft)
        let (database, _) = try await DatabaseOpening.open(path: draft)
        do {
            try await KeysCheck(file: file, keys: keys).run(database, configuration, folder)
            let reason = HeldWork.restoredReason(madeAt: counts.lastBackupAt)
            let held = try await database.write { tx in try tx.holdWork(because: reason) }
            try await database.close()
            try OutputFile.flush(draft)
            return (counts, held)
        } catch {
            try? await database.close()
            throw error
        }
    }

    private static func refuseOtherFormats(_ path: String) throws {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        let head = try file.read(upToCount: 16) ?? Data()
        if head.starts(with: Data("PGDMP".utf8)) {
            throw CommandFailure(
                .usage,
                "\(path) is a backup of a PostgreSQL database; set DATABASE_URL to the database that it is to go into.")
        }
        guard head.starts(with: Data("SQLite format 3\0".utf8)) else {
            throw CommandFailure(.badData, "\(path) is not a backup made with `martlet backup`.")
        }
    }

    static func lines(
        _ file: String, _ counts: InstallationCounts, _ held: HeldWork, _ aside: String?
    ) -> [String] {
        let madeAt = counts.lastBackupAt.map { " of \($0.minuteUTC)" } ?? ""
        var lines = [
            "Restored the backup\(madeAt): \(counts.words)."
        ]
        if let aside { lines.append("What was there before is kept as \(aside).") }
        lines += held.lines
        lines.append("Everybody has to log in again.")
        return lines
    }
}

extension InstallationCounts {
    /// "1 user, 20 recipients, 2 campaigns, 40 messages".
    var words: String {
        [
            SendProgress.counted(users, "user", "users"), SendProgress.counted(recipients, "recipient", "recipients"),
            SendProgress.counted(campaigns, "campaign", "campaigns"),
            SendProgress.counted(messages, "message", "messages"),
        ].joined(separator: ", ")
    }
}

extension HeldWork {
    /// What a person has to decide now.
    var lines: [String] {
        guard campaigns > 0 || waiting > 0 else { return ["Nothing was waiting to be sent."] }
        var lines = [
            "\(SendProgress.counted(campaigns, "campaign was scheduled or under way; it is paused, and nothing is sent until it is", "campaigns were scheduled or under way; they are paused, and nothing is sent until each is")) resumed by hand."
        ]
        let states: [(MessageState, String)] = [
            (.ready, "waited"), (.claimed, "were in hand, not sent"), (.dotted, "may have been sent"),
        ]
        let parts = states.filter { tally[$0.0] > 0 }.map { "\(SendProgress.grouped(tally[$0.0])) \($0.1)" }
        if !parts.isEmpty { lines.append("Of their messages \(parts.joined(separator: ", ")).") }
        lines.append(
            "What was sent since then is not known here: look at the mail server's log before you resume, and cancel what went out. The hourly limits do not know of it either."
        )
        return lines
    }
}

/// Whether the keys at hand open what is in a backup.
struct KeysCheck {
    let file: String
    /// nil: those of the data folder.
    let keys: String?

    /// A backup whose secrets could not be opened would look restored, and fail at its first mail.
    func run(
        _ database: any Database, _ configuration: ServerConfiguration, _ folder: DataFolder
    ) async throws {
        var stored: [String: String] = [:]
        if let path = keys ?? (FileManager.default.fileExists(atPath: folder.secrets) ? folder.secrets : nil) {
            stored = try EnvironmentFile.read(path, required: true)?.values ?? [:]
        }
        guard let fieldKey = configuration.fieldEncryptionKey ?? stored[Setting.fieldEncryptionKey.key],
            configuration.secretKey ?? stored[Setting.secretKey.key] != nil
        else {
            throw CommandFailure(
                .configuration,
                """
                There are no keys beside \(file). Name their file with --keys, or set SECRET_KEY and \
                FIELD_ENCRYPTION_KEY as they were.
                """)
        }
        let sealer = try Sealer(keyText: fieldKey)
        guard let password = try await database.read({ tx in try tx.anySealedPassword() }) else { return }
        let place = SealedPlace.senderPassword(account: password.account.rawValue, sender: password.sender.rawValue)
        do { _ = try sealer.open(password.sealed, at: place) } catch {
            throw CommandFailure(
                .configuration,
                """
                The keys at hand do not open the passwords in \(file). Name the file with its keys with --keys, or set \
                FIELD_ENCRYPTION_KEY as it was.
                """)
        }
    }
}
