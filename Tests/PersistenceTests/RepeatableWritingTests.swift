import Persistence
import TestSupport
import Testing

/// What an import writes step by step: nobody waits for the disk, for after a loss of power the step is taken again.
@Suite struct `Writing what can be repeated` {
    @Test(arguments: TestDatabase.allCases)
    func `is there for everybody at once, or not at all`(_ kind: TestDatabase) async throws {
        struct Stop: Error {}
        try await withDatabase(kind) { database in
            try await database.writeRepeatable { tx in
                _ = try tx.run("INSERT INTO account (name, created_at) VALUES ('whole', 0)")
            }
            await #expect(throws: Stop.self) {
                try await database.writeRepeatable { tx in
                    try tx.run("INSERT INTO account (name, created_at) VALUES ('half', 0)")
                    throw Stop()
                }
            }
            await #expect(throws: DatabaseFault.self) {
                try await database.writeRepeatable { tx in _ = try tx.run("INSERT INTO account (id) VALUES (NULL)") }
            }
            let names = try await database.read { try $0.rows("SELECT name FROM account") { try $0.string(0) } }
            #expect(names == ["whole"])
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `leaves those durable who have to be`(_ kind: TestDatabase) async throws {
        struct Stop: Error {}
        try await withDatabase(kind) { database in
            let setting: SQL
            switch kind {
            case .sqlite: setting = "SELECT CASE synchronous WHEN 2 THEN 'on' ELSE 'off' END FROM pragma_synchronous"
            case .postgres: setting = "SELECT current_setting('synchronous_commit')"
            }
            let during = try await database.writeRepeatable { try $0.one(setting) { try $0.string(0) } }
            #expect(during == "off")
            let after = try await database.write { try $0.one(setting) { try $0.string(0) } }
            #expect(after == "on")
            await #expect(throws: Stop.self) { try await database.writeRepeatable { _ in throw Stop() } }
            let afterFailure = try await database.write { try $0.one(setting) { try $0.string(0) } }
            #expect(afterFailure == "on")
        }
    }

    /// As when whoever uploads a file goes away in the middle of it.
    @Test func `leaves them so where its task is cancelled in the middle of it`() async throws {
        try await withDatabase(.sqlite) { database in
            let task = Task {
                try await database.writeRepeatable { tx in
                    withUnsafeCurrentTask { $0?.cancel() }
                    _ = try tx.run("INSERT INTO account (name, created_at) VALUES ('cancelled', 0)")
                }
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            let after = try await database.write {
                try $0.one("SELECT synchronous FROM pragma_synchronous") { try $0.int(0) }
            }
            #expect(after == 2)
            let names = try await database.read { try $0.count("SELECT COUNT(*) FROM account") }
            #expect(names == 0)
        }
    }
}
