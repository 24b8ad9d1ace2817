import Campaigns
import Foundation
import Logging
import Persistence
import PersistencePostgres
import PersistenceSQLite
import TestSupport
import Testing

@testable import Server

/// The same with a PostgreSQL server: a djangoMailer's, and ours.
@Suite(.timeLimit(.minutes(3))) struct `Moving with PostgreSQL` {
    private let key = ["DJANGOMAILER_FIELD_ENCRYPTION_KEY": "b1Q4nVQmT0sYyqv3m1w0b8p3K7n0t5R2x9J6c4L8aZE="]

    private func psql(_ arguments: [String], at address: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try PostgresPrograms.find("psql"))
        process.arguments = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-d", address] + arguments
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test func `a live djangoMailer gives what its dump gives`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let address = try await TestPostgres.shared.emptyDatabase()
        #expect(try psql(["-f", MovingContents.sample], at: address) == 0)
        for (name, source) in [("dump", ["--dump", MovingContents.sample]), ("live", ["--from", address])] {
            let end = try await MartletProcess.run(
                ["import-djangomailer", "--data", name] + source, in: folder, environment: key)
            #expect(end.status == 0, "\(end.errors)")
        }
        let dump = try await MovingContents.of(folder.file("dump/martlet.sqlite"))
        let live = try await MovingContents.of(folder.file("live/martlet.sqlite"))
        #expect(dump == live)
        #expect(dump.count == 176)
        // It is the same installation: the dump adds nothing to what came from the database.
        let again = try await MartletProcess.run(
            ["import-djangomailer", "--data", "live", "--dump", MovingContents.sample], in: folder, environment: key)
        #expect(again.output.contains("0 new, 48 here already"))
        #expect(try await MovingContents.of(folder.file("live/martlet.sqlite")) == live)
        try await TestPostgres.shared.drop(address)
    }

    @Test func `a djangoMailer comes into PostgreSQL as into SQLite, and a second time adds nothing`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let address = try await TestPostgres.shared.newDatabase()
        let environment = key.merging(["DATABASE_URL": address]) { $1 }
        let command = ["import-djangomailer", "--dump", MovingContents.sample]
        let first = try await MartletProcess.run(command, in: folder, environment: environment)
        #expect(first.status == 0, "\(first.errors)")
        let embedded = try await MartletProcess.run(command + ["--data", "embedded"], in: folder, environment: key)
        #expect(first.output == embedded.output)
        let second = try await MartletProcess.run(command, in: folder, environment: environment)
        #expect(second.output.contains("0 new, 48 here already"), "\(second.errors)")
        try await TestPostgres.shared.drop(address)
    }

    @Test func `an address that is wrong, or leads to no djangoMailer, imports nothing and says so`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let empty = try await TestPostgres.shared.emptyDatabase()
        let none = try await MartletProcess.run(["import-djangomailer", "--from", empty], in: folder)
        #expect(none.status == ExitStatus.badData.rawValue)
        #expect(none.errors.contains("There is no table"))
        let wrong = try await MartletProcess.run(["import-djangomailer", "--from", "mysql://x"], in: folder)
        #expect(wrong.status == ExitStatus.usage.rawValue)
        try await TestPostgres.shared.drop(empty)
    }

    @Test func `a backup goes into another database in one step, with every campaign paused`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (old, new) = (
            try await TestPostgres.shared.newDatabase(), try await TestPostgres.shared.emptyDatabase()
        )
        let database = try await PostgresDatabase(PostgresSettings(address: old), logger: .silent)
        try await MovingContents.seedCampaigns(database)
        try await database.close()
        let made = try await MartletProcess.run(
            ["backup", "copy.dump"], in: folder, environment: ["DATABASE_URL": old])
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.contains("1 user, 1 recipient, 2 campaigns, 1 message."))

        let restored = try await MartletProcess.run(
            ["restore", "copy.dump"], in: folder, environment: ["DATABASE_URL": new])
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(restored.output.contains("2 campaigns were scheduled or under way"), "\(restored.output)")
        let there = try await PostgresDatabase(PostgresSettings(address: new), logger: .silent)
        let states = try await there.read { tx in
            try tx.rows("SELECT state FROM campaign ORDER BY id") { try $0.string(0) }
        }
        #expect(states == ["paused", "paused"])
        try await there.close()

        let refused = try await MartletProcess.run(
            ["restore", "copy.dump"], in: folder, environment: ["DATABASE_URL": new])
        #expect(refused.status == ExitStatus.usage.rawValue)
        #expect(refused.errors.contains("--replace"))
        let replaced = try await MartletProcess.run(
            ["restore", "copy.dump", "--replace"], in: folder, environment: ["DATABASE_URL": new])
        #expect(replaced.status == 0, "\(replaced.errors)")
        #expect(replaced.output.contains("the schema before_restore_"))

        // Half of a dump changes nothing.
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("copy.dump")))
        try bytes.prefix(bytes.count * 2 / 3).write(to: URL(fileURLWithPath: folder.file("half.dump")))
        let half = try await MartletProcess.run(
            ["restore", "half.dump", "--replace"], in: folder, environment: ["DATABASE_URL": new])
        #expect(half.status != 0)
        #expect(half.errors.contains("Nothing was changed"))
        for address in [old, new] { try await TestPostgres.shared.drop(address) }
    }
}
