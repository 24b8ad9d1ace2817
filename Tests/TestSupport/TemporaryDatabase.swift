internal import Persistence
public import PersistenceSQLite
internal import Foundation

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

/// Runs `body` on a migrated SQLite database in a folder of its own, and removes both.
public func withDatabase<Value>(
    _ body: (SQLiteDatabase) async throws -> Value
) async throws -> Value {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let database = try SQLiteDatabase(path: folder.file("martlet.sqlite"))
    try await database.migrate()
    do {
        let value = try await body(database)
        try await database.close()
        return value
    } catch {
        try? await database.close()
        throw error
    }
}
