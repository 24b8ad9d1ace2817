import Foundation
import Persistence
import TestSupport
import Testing

@testable import PersistenceSQLite

@Suite struct `The write-ahead log` {
    /// A connection that was not told to flush could let the log begin anew before what was in it is on the disk.
    @Test func `is brought over by a connection that flushes, and by none that could not be told so`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.file("martlet.sqlite")
        // Opens, and fails at the first question.
        try Data(repeating: 0x2A, count: 8192).write(to: URL(filePath: path))
        let checkpoints = Checkpoints(path: path)
        #expect(!checkpoints.run())
        try FileManager.default.removeItem(atPath: path)
        let database = try SQLiteDatabase(path: path)
        _ = try await database.write { tx in try tx.run("CREATE TABLE piece (id INTEGER PRIMARY KEY)") }
        #expect(checkpoints.run())
        try await database.close()
    }
}
