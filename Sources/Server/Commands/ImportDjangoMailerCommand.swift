internal import Foundation
internal import Logging
internal import Moving
internal import Persistence
internal import PersistencePostgres
internal import PersistenceSQLite
internal import Vault

/// `martlet import-djangomailer`.
public struct ImportDjangoMailerCommand: Sendable {
    public enum Origin: Sendable {
        case dump(String)
        /// The address of a database that a djangoMailer may be using.
        case database(String)
    }

    public var origin: Origin
    /// djangoMailer's FIELD_ENCRYPTION_KEY; nil where it was not set there.
    public var fieldEncryptionKey: String?
    public var isDryRun: Bool
    /// Where every finding is written: JSON where the name ends in .json, CSV otherwise.
    public var report: String?

    public init(origin: Origin, fieldEncryptionKey: String?, isDryRun: Bool, report: String?) {
        self.origin = origin
        self.fieldEncryptionKey = fieldEncryptionKey
        self.isDryRun = isDryRun
        self.report = report
    }

    public func run(_ configuration: ServerConfiguration) async throws {
        let keys: FernetKeys?
        do { keys = try fieldEncryptionKey.map { try FernetKeys($0) } } catch {
            throw CommandFailure(
                .usage,
                "djangoMailer's FIELD_ENCRYPTION_KEY must be 32 bytes in Base64 (44 characters), or several with commas between them."
            )
        }
        switch origin {
        case .dump(let path): try FileReading.check(path)
        case .database(let address):
            guard PostgresSettings.isAddress(address), address.hasPrefix("postgres") else {
                throw CommandFailure(
                    .usage, "--from is no address of a PostgreSQL database; use postgres://user@host/database.")
            }
        }
        let terminal = Terminal.ofProcess()
        let folder = try DataFolder(opening: configuration.dataFolder)
        let lock = try folder.lockForMoving()
        defer { lock.release() }
        let installation = try await Installation(opening: configuration, logger: Logger(label: "martlet"))
        do {
            try await StageFile.withStage(in: folder) { stage in
                let work = DjangoMailerImport(
                    into: installation.database, stage: stage, sealer: installation.sealer,
                    settings: .init(keys: keys, isDryRun: isDryRun)
                ) { if terminal.isInteractive { terminal.draw(printable($0)) } }
                let counts = try await read(work)
                terminal.endDrawing()
                try await MovingReport(stage: stage, counts: counts).tell(terminal, file: report)
            }
            try await installation.database.close()
        } catch {
            terminal.endDrawing()
            try? await installation.database.close()
            throw error
        }
    }

    private func read(_ work: DjangoMailerImport) async throws -> DjangoMailerCounts {
        do {
            switch origin {
            case .dump(let path): return try await work.run(from: DumpFile(path: path))
            case .database(let address): return try await work.run(from: LiveDjangoMailer(address: address))
            }
        } catch let problem as CopyProblem {
            throw CommandFailure(.badData, "\(problem.userMessage) Nothing was imported.")
        }
    }
}

/// The file in which an import's rows wait. It holds passwords' hashes: it is the owner's only, and removed at the end.
enum StageFile {
    static func withStage(
        in folder: DataFolder, _ body: (any Database) async throws -> Void
    ) async throws {
        let path = folder.path + "/moving.sqlite"
        remove(path)
        defer { remove(path) }
        let stage = try SQLiteDatabase(path: path)
        do {
            try await stage.migrate([.originStage])
            try await body(stage)
            try await stage.close()
        } catch {
            try? await stage.close()
            throw error
        }
    }

    private static func remove(_ path: String) { for end in ["", "-wal", "-shm"] { unlink(path + end) } }
}

extension DataFolder {
    /// One import or copy at a time.
    func lockForMoving() throws -> ProcessLock {
        do { return try ProcessLock(path: path + "/moving.lock") } catch let taken as ProcessLock.Taken {
            throw CommandFailure(
                .tryLater, "Another import\(taken.description) is at work on \(path); wait until it has ended.")
        }
    }
}
