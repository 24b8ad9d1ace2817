internal import Campaigns
internal import Digests
internal import Foundation
internal import Logging
internal import Persistence
internal import PersistencePostgres
internal import PersistenceSQLite

/// `martlet copy`: a whole installation from one database into another, empty one.
public struct CopyCommand: Sendable {
    public var from: String
    public var to: String

    public init(from: String, to: String) {
        self.from = from
        self.to = to
    }

    /// - Returns: lines for the person.
    public func run(_ configuration: ServerConfiguration) async throws -> [String] {
        let (source, target) = (try location(from, configuration, "--from"), try location(to, configuration, "--to"))
        let folder = try DataFolder(opening: configuration.dataFolder)
        let lock = try folder.lockForDelivery()
        defer { lock.release() }
        if case .sqlite(let path) = source { try FileReading.check(path) }
        try await checkSource(source)
        let (database, _) = try await DatabaseOpening.open(target, logger: Logger(label: "martlet"))
        try await database.close()
        let reading = try await Self.open(source, isWriting: false)
        let writing: any TableStore
        do { writing = try await Self.open(target, isWriting: true) } catch {
            await reading.cancel()
            throw error
        }
        do {
            let total = try await InstallationCopy(source: reading, target: writing).run()
            try await writing.run(script: HeldWork.script(because: HeldWork.copiedReason(at: Self.now)))
            try await writing.commit()
            await reading.cancel()
            return try await lines(total, target, folder)
        } catch {
            await writing.cancel()
            await reading.cancel()
            throw error
        }
    }

    private static var now: Instant { Instant(secondsSince1970: Date().timeIntervalSince1970) }

    private func location(
        _ url: String, _ configuration: ServerConfiguration, _ option: String
    ) throws -> DatabaseLocation {
        let location = DatabaseLocation(
            url: url, dataFolder: configuration.dataFolder, workingFolder: FileManager.default.currentDirectoryPath)
        guard let location else {
            throw CommandFailure(
                .usage, "\(option) is no database; use postgres://…, sqlite:PATH, or sqlite: for the data folder's.")
        }
        return location
    }

    private static func open(_ location: DatabaseLocation, isWriting: Bool) async throws -> any TableStore {
        switch location {
        case .sqlite(let path): try await SQLiteTables(path: path, isWriting: isWriting)
        case .postgres(let settings): try await PostgresTables(settings, isWriting: isWriting)
        }
    }

    /// Not migrated by us: the old installation stays what it was.
    private func checkSource(_ location: DatabaseLocation) async throws {
        let database: any Database =
            switch location {
            case .sqlite(let path): try SQLiteDatabase(path: path, readers: 1)
            case .postgres(let settings): try await PostgresDatabase(settings, logger: Logger(label: "martlet"))
            }
        let (applied, isAtWork): ([Int], Bool)
        do {
            (applied, isAtWork) = try await database.read { tx in
                (try tx.appliedMigrations(), try tx.isAnyNodeAtWork())
            }
            try await database.close()
        } catch {
            try? await database.close()
            guard case DatabaseFault.other = error else { throw error }
            throw CommandFailure(.notFound, "There is no installation of Martlet in the database of --from.")
        }
        guard applied == Migration.all.map(\.number).sorted() else {
            throw CommandFailure(
                .badData,
                "The database of --from is of another version; bring it up with this program's `martlet migrate` first."
            )
        }
        guard !isAtWork else {
            throw CommandFailure(
                .tryLater,
                "A node delivers from the database of --from. Stop all of them, wait 15 seconds, and try again.")
        }
    }

    private func lines(_ total: InstallationCopy.Total, _ target: DatabaseLocation, _ folder: DataFolder) async throws
        -> [String]
    {
        let (database, _) = try await DatabaseOpening.open(target, logger: Logger(label: "martlet"))
        let held = try await database.read { tx in try tx.campaignsHeldSinceMoving() }
        try await database.close()
        var lines = [
            "Copied \(SendProgress.counted(total.rows, "row", "rows")) of \(total.tables) tables; counts and checksums of each are the same in both."
        ]
        lines.append(
            held == 0
                ? "Nothing was waiting to be sent."
                : "\(SendProgress.counted(held, "campaign was scheduled or under way; it is paused in the copy. Resume it", "campaigns were scheduled or under way; they are paused in the copy. Resume them")) there once you are sure that the old database is not started again."
        )
        lines.append(
            "The keys stay what they were: keep \(folder.secrets), or give the same SECRET_KEY and FIELD_ENCRYPTION_KEY."
        )
        return lines
    }
}

/// Table after table, in one transaction at each end.
struct InstallationCopy {
    struct Total: Sendable {
        var tables = 0
        var rows = 0
    }

    /// How many rows, and the sum of their hashes, whatever their order.
    struct Checksum: Hashable {
        var rows = 0
        var sum: UInt64 = 0

        mutating func add(_ bytes: [UInt8]) {
            var start = 0
            while let end = bytes[start...].firstIndex(of: 0x0A) {
                let hash = SHA256.hash(bytes[start..<end])
                sum &+= hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
                rows += 1
                start = end + 1
            }
        }
    }

    /// Each database has its own.
    private static let kept: Set<String> = ["schema_migration"]

    let source: any TableStore
    let target: any TableStore

    func run() async throws -> Total {
        try await target.run(script: CopyScripts.beforeRows)
        let tables = TableShape.inOrder(try await source.shapes()).filter { !Self.kept.contains($0.name) }
        let there = Dictionary(uniqueKeysWithValues: try await target.shapes().map { ($0.name, $0) })
        for table in tables {
            guard there[table.name]?.columns == table.columns else {
                throw CommandFailure(
                    .fault, "The table \(table.name) is not the same in both databases. Nothing was copied.")
            }
            guard try await !target.hasRows(table) else {
                throw CommandFailure(
                    .usage,
                    "The database of --to is not empty (it has rows in \(table.name)); name another one. Nothing was copied."
                )
            }
        }
        var total = Total()
        var checksums: [String: Checksum] = [:]
        for table in tables {
            var checksum = Checksum()
            try await target.beginWriting(table)
            try await source.read(table) { rows in
                checksum.add(rows)
                try await target.write(rows, to: table)
            }
            try await target.endWriting(table)
            if let last = try await source.lastID(of: table) { try await target.setLastID(last, of: table) }
            checksums[table.name] = checksum
            total.tables += 1
            total.rows += checksum.rows
        }
        try await target.run(script: CopyScripts.afterRows)
        for table in tables {
            var checksum = Checksum()
            try await target.read(table) { checksum.add($0) }
            guard checksum == checksums[table.name] else {
                throw CommandFailure(
                    .fault,
                    "The table \(table.name) did not arrive as it was (\(checksum.rows) rows of \(checksums[table.name]?.rows ?? 0)). Nothing was copied."
                )
            }
        }
        return total
    }
}
