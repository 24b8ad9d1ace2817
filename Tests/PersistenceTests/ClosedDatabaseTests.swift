import Persistence
import TestSupport
import Testing

@Suite struct `A database that was closed` {
    @Test(arguments: TestDatabase.allCases)
    func `refuses whoever still comes, and is closed twice without harm`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            #expect(try await database.read { try $0.count("SELECT 1") } == 1)
            try await database.close()
            await #expect(throws: DatabaseFault.self) { try await database.read { try $0.count("SELECT 1") } }
            await #expect(throws: DatabaseFault.self) { try await database.write { try $0.count("SELECT 1") } }
            await #expect(throws: DatabaseFault.self) {
                try await database.writeRepeatable { try $0.count("SELECT 1") }
            }
            try await database.close()
        }
    }
}
