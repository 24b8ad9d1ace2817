import Campaigns
import Foundation
import Logging
import Persistence
import PersistencePostgres
import PersistenceSQLite
import TestSupport
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(3))) struct `Copying between SQLite and PostgreSQL` {
    /// An installation with rows in the tables that people and the engine fill.
    private func seed(_ folder: TemporaryFolder) async throws {
        let imported = try await MartletProcess.run(
            ["import-djangomailer", "--dump", MovingContents.sample, "--data", "a"], in: folder)
        #expect(imported.status == 0, "\(imported.errors)")
        let database = try SQLiteDatabase(path: folder.file("a/martlet.sqlite"))
        try await MovingContents.seedCampaigns(database)
        try await database.write { tx in
            let account = try tx.one("SELECT MAX(account_id) FROM content") { try $0.int64(0) }
            let sender = try tx.one("SELECT id FROM sender WHERE account_id = \(account)") { try $0.int64(0) }
            try tx.run(
                "INSERT INTO sender_usage (account_id, sender_id, second, messages) VALUES (\(account), \(sender), 1, 2)"
            )
            try tx.run("INSERT INTO tried (action, subject, at) VALUES ('login', 'x', 1)")
            let file = "a\tb\\c\nd\re\u{8}\u{B}\u{C}ü日"
            try tx.run(
                """
                INSERT INTO import (account_id, file_name, state, created_at, updated_at) VALUES (\(account), \(file), 'done', 1, 1)
                """)
            try tx.run("INSERT INTO import_row (import_id, line, cells, before) VALUES (1, 1, '\\N', NULL)")
            try tx.run("INSERT INTO epoch (node, started_at, renewed_at, ended_at) VALUES ('n', 1, 1, 1)")
            try tx.setSetting("empty", to: "")
            // A number that was given and whose row is gone.
            try tx.run(
                "INSERT INTO template (id, account_id, name, subject, html, created_at, updated_at) VALUES (900, \(account), '', '', '', 1, 1)"
            )
            try tx.run("DELETE FROM template WHERE id = 900")
        }
        try await database.close()
        try await FilledTables(path: folder.file("a/martlet.sqlite")).fill()
    }

    @Test func `every row of every table is the same after there and back, and no number is given twice`() async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await seed(folder)
        let postgres = try await TestPostgres.shared.emptyDatabase()
        let there = try await MartletProcess.run(
            ["copy", "--from", "sqlite:a/martlet.sqlite", "--to", postgres, "--data", "a"], in: folder)
        #expect(there.status == 0, "\(there.errors)")
        #expect(there.output.contains("2 campaigns were scheduled or under way"))
        let back = try await MartletProcess.run(
            ["copy", "--from", postgres, "--to", "sqlite:b/martlet.sqlite", "--data", "b"], in: folder)
        #expect(back.status == 0, "\(back.errors)")

        let (first, second) = (
            try await SQLiteTables(path: folder.file("a/martlet.sqlite"), isWriting: false),
            try await SQLiteTables(path: folder.file("b/martlet.sqlite"), isWriting: false)
        )
        let changed = ["campaign", "session", "schema_migration"]
        for table in try await first.shapes() where !changed.contains(table.name) {
            var (a, b) = (InstallationCopy.Checksum(), InstallationCopy.Checksum())
            try await first.read(table) { a.add($0) }
            try await second.read(table) { b.add($0) }
            #expect(a == b, "\(table.name)")
            #expect(try await first.lastID(of: table) ?? 0 == second.lastID(of: table) ?? 0, "\(table.name)")
            #expect(a.rows > 0, "\(table.name) has no row that could have been forgotten")
        }
        await first.cancel()
        await second.cancel()

        let copy = try SQLiteDatabase(path: folder.file("b/martlet.sqlite"))
        let (states, next) = try await copy.write { tx in
            let account = try tx.one("SELECT MIN(id) FROM account") { try $0.id(0, as: Account.ID.self) }
            let next = try tx.account(account).createTemplate(
                TemplateText(name: "n", subject: "s", html: "h", plainText: ""))
            return (
                try tx.rows("SELECT DISTINCT state FROM campaign WHERE name IN ('now', 'later')") { try $0.string(0) },
                next
            )
        }
        #expect(states == ["paused"])
        #expect(next.rawValue == 901)
        try await copy.close()

        let full = try await MartletProcess.run(
            ["copy", "--from", "sqlite:a/martlet.sqlite", "--to", postgres, "--data", "a"], in: folder)
        #expect(full.status == ExitStatus.usage.rawValue)
        #expect(full.errors.contains("is not empty"))
        try await TestPostgres.shared.drop(postgres)
    }

    @Test func `a database from which a node delivers is not copied`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = try MartletProcess(["serve", "--port", "0", "--print-port"], in: folder)
        _ = await server.nextLine()
        let locked = try await MartletProcess.run(
            ["copy", "--from", "sqlite:", "--to", "sqlite:other.sqlite"], in: folder)
        #expect(locked.status == ExitStatus.tryLater.rawValue)
        server.send(SIGKILL)
        _ = try await server.end()
        // The lock is free now, but its lease is not over.
        let leased = try await MartletProcess.run(
            ["copy", "--from", "sqlite:", "--to", "sqlite:other.sqlite"], in: folder)
        #expect(leased.status == ExitStatus.tryLater.rawValue)
        #expect(!FileManager.default.fileExists(atPath: folder.file("other.sqlite")))
        // A backup takes nobody's lease with it: what was restored may be used at once.
        for command in [
            ["backup", "now.db"], ["restore", "now.db", "--data", "new"],
            ["copy", "--from", "sqlite:new/martlet.sqlite", "--to", "sqlite:third.sqlite", "--data", "new"],
        ] {
            let done = try await MartletProcess.run(command, in: folder)
            #expect(done.status == 0, "\(command): \(done.errors)")
        }
    }

    @Test func `an empty database is told from one that is damaged`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let empty = try await TestPostgres.shared.emptyDatabase()
        for (command, environment) in [
            (["copy", "--from", empty, "--to", "sqlite:other.sqlite"], [:]),
            (["backup", "x.dump"], ["DATABASE_URL": empty]),
        ] {
            let refused = try await MartletProcess.run(command, in: folder, environment: environment)
            #expect(refused.status == ExitStatus.notFound.rawValue, "\(command)")
            #expect(refused.errors.contains("There is no installation of Martlet in"), "\(refused.errors)")
        }
        try await TestPostgres.shared.drop(empty)
    }
}
