import TestSupport
import Testing

@testable import Persistence

@Suite struct `Migrations` {
    @Test(arguments: TestDatabase.allCases)
    func `a second start applies nothing`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let applied = try await database.migrate()
            #expect(applied == [])
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a newer version that this program may go on beside is used`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let last = Migration.all.map(\.number).max() ?? 0
            let oldest = Migration.all.filter { !$0.isCompatible }.map(\.number).max() ?? 0
            let later = Migration.adding(number: last + 1)
            try await database.migrate(Migration.all + [later])
            let version = try await database.read { tx in try tx.schemaVersion() }
            #expect(version == SchemaVersion(found: last + 1, oldestProgram: oldest, known: last))
            let applied = try await database.migrate()
            #expect(applied == [])
            // The next one is for newer programs only.
            try await database.migrate(Migration.all + [later, .changing(number: last + 2)])
            await #expect(throws: DatabaseFault.newerSchema(found: last + 2, known: last)) {
                try await database.migrate()
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a database of a newer version is refused with a sentence`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let known = Migration.all.map(\.number).max() ?? 0
            try await database.write { tx in
                _ = try tx.run("INSERT INTO schema_migration (number, subject, applied_at) VALUES (9999, 'later', 0)")
            }
            let fault = await #expect(throws: DatabaseFault.self) { try await database.migrate() }
            #expect(fault == .newerSchema(found: 9999, known: known))
            #expect(fault?.userMessage.contains("newer Martlet") == true)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a failed transaction leaves nothing behind`(_ kind: TestDatabase) async throws {
        struct Stop: Error {}
        try await withDatabase(kind) { database in
            await #expect(throws: Stop.self) {
                try await database.write { tx in
                    try tx.run("INSERT INTO account (name, created_at) VALUES ('half', 0)")
                    throw Stop()
                }
            }
            let accounts = try await database.read { try $0.count("SELECT COUNT(*) FROM account") }
            #expect(accounts == 0)
        }
    }
}

@Suite struct `SQL values` {
    @Test(arguments: TestDatabase.allCases)
    func `what is interpolated is bound and never becomes text`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let name = "Robert'); DROP TABLE account;--"
            let back = try await database.write { tx in
                try tx.run("INSERT INTO account (name, created_at) VALUES (\(name), \(1))")
                return try tx.one("SELECT name FROM account WHERE name = \(name)") { try $0.string(0) }
            }
            #expect(back == name)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `letters are found whatever their case and composition`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let found = try await database.read { tx in
                try tx.one("SELECT \(tx.dialect.contains("\("CAFE\u{301} ŁÓDŹ")", folding: "É łó"))") { try $0.bool(0) }
            }
            #expect(found)
        }
    }
}

extension Migration {
    /// What a later version might do.
    fileprivate static func adding(number: Int) -> Migration {
        Migration(number: number, subject: "More", isCompatible: true) { _ in
            ["CREATE TABLE more (number BIGINT NOT NULL PRIMARY KEY)"]
        }
    }

    fileprivate static func changing(number: Int) -> Migration {
        Migration(number: number, subject: "Other") { _ in ["DROP TABLE more"] }
    }
}
