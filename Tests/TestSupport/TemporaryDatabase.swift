internal import Foundation
public import Persistence
internal import PersistencePostgres
public import PersistenceSQLite

/// A folder of its own for one test; call ``remove()`` (in a `defer`) at its end.
public struct TemporaryFolder: Sendable {
    public let path: String

    public init() throws {
        path = NSTemporaryDirectory() + "martlet-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    public func file(_ name: String) -> String { path + "/" + name }
    public func remove() { try? FileManager.default.removeItem(atPath: path) }
}

/// The databases that ship. A test of what both must do takes one as its argument: `@Test(arguments: TestDatabase.allCases)`.
public enum TestDatabase: String, Sendable, CaseIterable, CustomStringConvertible {
    case sqlite = "SQLite"
    case postgres = "PostgreSQL"

    public var description: String { rawValue }
}

/// Runs `body` on a new, migrated database of that kind, and removes it.
public func withDatabase<Value>(
    _ kind: TestDatabase, _ body: (any Database) async throws -> Value
) async throws -> Value {
    switch kind {
    case .sqlite: return try await withDatabase { try await body($0) }
    case .postgres:
        let address = try await TestPostgres.shared.newDatabase()
        let database = try await PostgresDatabase(PostgresSettings(address: address), logger: .silent)
        do {
            let value = try await closing(database) { try await body(database) }
            try await TestPostgres.shared.drop(address)
            return value
        } catch {
            try? await TestPostgres.shared.drop(address)
            throw error
        }
    }
}

/// Runs `body` on a migrated SQLite database in a folder of its own, and removes both.
public func withDatabase<Value>(
    _ body: (SQLiteDatabase) async throws -> Value
) async throws -> Value {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let database = try SQLiteDatabase(path: folder.file("martlet.sqlite"))
    try await database.migrate()
    return try await closing(database) { try await body(database) }
}

private func closing<Value>(_ database: any Database, _ body: () async throws -> Value) async throws -> Value {
    do {
        let value = try await body()
        try await database.close()
        return value
    } catch {
        try? await database.close()
        throw error
    }
}
