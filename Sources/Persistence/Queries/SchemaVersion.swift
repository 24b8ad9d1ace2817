/// Which version a database has, and who may work with it.
public struct SchemaVersion: Sendable, Hashable {
    /// The number of the last migration.
    public var found: Int
    /// A program that knows at least this one may work with it, though it does not know those after it.
    public var oldestProgram: Int
    /// The last migration that this program knows.
    public var known: Int

    /// Whether a newer program has changed it.
    public var isNewer: Bool { found > known }

    /// - Throws: ``DatabaseFault/newerSchema(found:known:)`` when this program is too old for it.
    public func mustBeUsable() throws {
        if isNewer, known < oldestProgram { throw DatabaseFault.newerSchema(found: found, known: known) }
    }
}

extension Transaction {
    public func schemaVersion(known migrations: [Migration] = Migration.all) throws -> SchemaVersion {
        let found = try count("SELECT COALESCE(MAX(number), 0) FROM schema_migration")
        // Before the table of settings was made, nobody wrote it down.
        let note = found >= 2 ? try setting(SchemaVersion.noteName) : nil
        let numbers = note?.split(separator: " ").compactMap { Int($0) } ?? []
        let oldest = numbers.count == 2 && numbers[0] == found ? numbers[1] : found
        return SchemaVersion(found: found, oldestProgram: oldest, known: migrations.map(\.number).max() ?? 0)
    }

    /// Programs that are running see it: they go on, or stop, before they meet what they do not know.
    func noteSchema(oldestProgram: Int) throws {
        let found = try count("SELECT MAX(number) FROM schema_migration")
        // Only then is there a table of settings.
        guard try count("SELECT COUNT(*) FROM schema_migration WHERE number = 2") == 1 else { return }
        try setSetting(SchemaVersion.noteName, to: "\(found) \(min(oldestProgram, found))")
    }
}

extension SchemaVersion {
    /// The number of the last migration, and the last one that a program must know.
    static let noteName = "schema"
}
