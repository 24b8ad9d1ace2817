internal import FailPoints
internal import Foundation
public import Logging
public import Persistence
internal import PersistencePostgres
internal import PersistenceSQLite
public import Vault

/// An opened data folder: its keys and its database, at this program's schema.
public struct Installation: Sendable {
    public let configuration: ServerConfiguration
    public let folder: DataFolder
    public let database: any Database
    /// Which migrations were just applied.
    public let migrated: [Int]
    public let sealer: Sealer
    public let signer: Signer

    /// - Parameter readers: how many may read an embedded database at once; each of them keeps some megabytes of it.
    /// - Throws: ``CommandFailure`` or `DatabaseFault`, each with its sentence.
    public init(opening configuration: ServerConfiguration, readers: Int = 4, logger: Logger) async throws {
        self.configuration = configuration
        folder = try DataFolder(opening: configuration.dataFolder)
        let secrets = try Secrets(configuration, in: folder)
        sealer = try Sealer(keyText: secrets.fieldEncryptionKey)
        signer = Signer(secret: secrets.secretKey, before: configuration.secretKeyFallbacks)
        (database, migrated) = try await DatabaseOpening.open(configuration.database, readers: readers, logger: logger)
        if case .postgres = configuration.database {
            try await SharedKeys.check(sealer: sealer, signer: signer, in: database)
        }
        for number in migrated { logger.debug("Migration applied", metadata: ["migration.number": "\(number)"]) }
        for notice in configuration.notices { logger.warning("\(notice)") }
        if let point = FailPoint.armed {
            logger.warning("This process will kill itself, as a test asked", metadata: ["fail.point": "\(point)"])
        }
    }
}

/// Opens and migrates, and tells a damaged file from one that may not be opened.
enum DatabaseOpening {
    static func open(
        _ location: DatabaseLocation, readers: Int = 4, logger: Logger
    ) async throws -> (any Database, [Int]) {
        switch location {
        case .sqlite(let path): try await open(path: path, readers: readers)
        case .postgres(let settings): try await migrated(PostgresDatabase(settings, logger: logger))
        }
    }

    private static func migrated(_ database: any Database) async throws -> (any Database, [Int]) {
        do {
            return (database, try await database.migrate())
        } catch {
            try? await database.close()
            throw error
        }
    }

    static func open(path: String, readers: Int = 4) async throws -> (any Database, [Int]) {
        do {
            return try await migrated(SQLiteDatabase(path: path, readers: readers))
        } catch DatabaseFault.unavailable(let reason) where isDamage(reason) {
            throw CommandFailure(
                .badData,
                """
                \(path) is damaged or not a Martlet database (\(reason)). It was not changed. Put it aside and restore a \
                backup.
                """)
        } catch DatabaseFault.unavailable(let reason) {
            throw CommandFailure(
                .notPermitted, "\(path) cannot be opened (\(reason)). Let the user that runs Martlet read and write it."
            )
        }
    }

    private static func isDamage(_ reason: String) -> Bool {
        reason.contains("not a database") || reason.contains("malformed") || reason.contains("corrupt")
    }
}
