internal import Foundation
internal import Logging
internal import Persistence
internal import PersistencePostgres
internal import PersistenceSQLite

/// `martlet backup`: a copy of the whole installation, beside running servers.
public struct BackupCommand: Sendable {
    public var file: String
    /// Replaces a file of this name.
    public var replaces: Bool
    /// Leaves out the keys that Martlet made, for whoever keeps them elsewhere.
    public var leavesOutKeys: Bool

    public init(file: String, replaces: Bool, leavesOutKeys: Bool) {
        self.file = file
        self.replaces = replaces
        self.leavesOutKeys = leavesOutKeys
    }

    /// - Returns: lines for the person.
    public func run(_ configuration: ServerConfiguration) async throws -> [String] {
        let output = OutputFile(path: file, replaces: replaces)
        try output.check()
        let folder = try DataFolder(opening: configuration.dataFolder)
        let counts: InstallationCounts
        switch configuration.database {
        case .sqlite(let path):
            guard FileManager.default.fileExists(atPath: path) else {
                throw CommandFailure(.notFound, "There is no database \(path), so there is nothing to back up.")
            }
            counts = try await output.write { draft in try await Self.copy(path, to: draft) }
        case .postgres(let settings):
            counts = try await output.write { draft in try await Self.dump(settings, to: draft) }
        }
        var lines = [
            "\(file): \(counts.words). It was checked and is whole."
        ]
        lines.append(try await keys(folder))
        return lines
    }

    /// Not migrated: a backup before an upgrade is made with the new program, too.
    private static func copy(_ path: String, to draft: String) async throws -> InstallationCounts {
        let database = try SQLiteDatabase(path: path, readers: 1)
        do {
            try await database.write { tx in try tx.noteBackup() }
            try await database.copy(to: draft)
            try await database.close()
        } catch {
            try? await database.close()
            throw error
        }
        return try await BackupCheck.counts(inFile: draft)
    }

    /// The numbers are those of the moment before: what is written meanwhile is in the dump as well.
    private static func dump(_ settings: PostgresSettings, to draft: String) async throws -> InstallationCounts {
        let programs = PostgresPrograms(settings: settings)
        let database = try await PostgresDatabase(settings, logger: Logger(label: "martlet"))
        do {
            guard try await database.read({ try $0.tablesInPublicSchema() }).contains("schema_migration") else {
                throw CommandFailure(.notFound, "There is no installation of Martlet in this database to back up.")
            }
            try await database.write { tx in try tx.noteBackup() }
            let counts = try await database.read { tx in try tx.installationCounts() }
            try await programs.dump(to: draft)
            try await programs.check(draft)
            try await database.close()
            return counts
        } catch {
            try? await database.close()
            throw error
        }
    }

    private func keys(_ folder: DataFolder) async throws -> String {
        guard FileManager.default.fileExists(atPath: folder.secrets) else {
            return "The keys (SECRET_KEY, FIELD_ENCRYPTION_KEY) come from the configuration; keep a copy of it."
        }
        if leavesOutKeys {
            return "The keys in \(folder.secrets) are not in it; keep a copy of that file elsewhere."
        }
        let path = KeysFile.path(of: file)
        let secrets = folder.secrets
        try await OutputFile(path: path, replaces: true).write { draft in try KeysFile.copy(secrets, to: draft) }
        return
            "\(path): the keys, without which passwords of mail servers and links in sent mails are lost. Whoever has both files has everything."
    }
}

/// The keys beside a backup.
enum KeysFile {
    static func path(of backup: String) -> String { backup + ".keys" }

    static func copy(_ source: String, to draft: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: source))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: draft))
        try file.write(contentsOf: data)
        try file.close()
    }
}

/// Whether a backup is whole.
enum BackupCheck {
    /// - Throws: a ``CommandFailure`` that says what is wrong with it.
    static func counts(inFile path: String) async throws -> InstallationCounts {
        let problems: [String]
        do { problems = try await SQLiteDatabase.problems(inFile: path) } catch let fault as DatabaseFault {
            throw CommandFailure(.badData, "\(path) is not a sound database. \(fault.userMessage)")
        }
        if let first = problems.first {
            throw CommandFailure(.badData, "\(path) is damaged (\(first)). It was not used.")
        }
        let database = try SQLiteDatabase(path: path, readers: 1)
        do {
            let counts = try await database.read { tx in try tx.installationCounts() }
            try await database.close()
            guard counts.messages == counts.tallied else {
                throw CommandFailure(
                    .badData, "\(path) has \(counts.messages) messages and counts \(counts.tallied). It was not used.")
            }
            return counts
        } catch let fault as DatabaseFault {
            try? await database.close()
            throw CommandFailure(.badData, "\(path) is not a database of Martlet's. \(fault.userMessage)")
        }
    }
}

/// A file that appears whole under its name or not at all, for the owner alone.
struct OutputFile {
    let path: String
    let replaces: Bool

    func check() throws {
        if !replaces, FileManager.default.fileExists(atPath: path) {
            throw CommandFailure(.usage, "\(path) is there already; name another file, or add --force to replace it.")
        }
        if AssetsFolder.isFolder(path) { throw CommandFailure(.usage, "\(path) is a folder; name a file in it.") }
    }

    /// - Parameter body: writes the draft, which is there and empty.
    @discardableResult
    func write<Value>(_ body: (_ draft: String) async throws -> Value) async throws -> Value {
        let draft = "\(path).\(getpid()).tmp"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DataFolder.failure(errno, "\(path) cannot be written") }
        close(descriptor)
        defer { for end in ["", "-wal", "-shm", "-journal"] { unlink(draft + end) } }
        let value = try await body(draft)
        try Self.flush(draft)
        let isThere = replaces ? rename(draft, path) == 0 : link(draft, path) == 0
        guard isThere else { throw DataFolder.failure(errno, "\(path) cannot be written") }
        try? Self.flush(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        return value
    }

    static func flush(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DataFolder.failure(errno, "\(path) cannot be written") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw DataFolder.failure(errno, "\(path) cannot be written") }
    }
}
