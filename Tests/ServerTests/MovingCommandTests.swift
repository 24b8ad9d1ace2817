import Foundation
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@testable import Server

/// The program itself, from the command line to the data folder.
@Suite(.timeLimit(.minutes(2))) struct `Moving installations` {
    /// A data folder with a sending campaign, as a running server has it.
    private func seed(_ path: String) async throws {
        let folder = try DataFolder(opening: path)
        try Secrets.generate(into: folder)
        let database = try SQLiteDatabase(path: folder.database)
        try await database.migrate()
        try await MovingContents.seedCampaigns(database)
        try await database.close()
    }

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    private let key = ["DJANGOMAILER_FIELD_ENCRYPTION_KEY": "b1Q4nVQmT0sYyqv3m1w0b8p3K7n0t5R2x9J6c4L8aZE="]

    @Test func `an import that is killed at any piece goes on with the same command, and is the same in the end`()
        async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let command = ["import-djangomailer", "--dump", MovingContents.sample]
        let whole = try await MartletProcess.run(command + ["--data", "whole"], in: folder, environment: key)
        #expect(whole.status == 0, "\(whole.errors)")
        let expected = try await MovingContents.of(folder.file("whole/martlet.sqlite"))
        #expect(expected.count == 176)
        for number in [1, 3, 6, 10, 15, 20] {
            let data = ["--data", "killed-\(number)"]
            let killed = try await MartletProcess.run(
                command + data, in: folder,
                environment: key.merging(["MARTLET_FAIL_POINT": "during-import:\(number)"]) { $1 })
            #expect(killed.status == 128 + SIGKILL)
            let again = try await MartletProcess.run(command + data, in: folder, environment: key)
            #expect(again.status == 0, "\(again.errors)")
            #expect(try await MovingContents.of(folder.file("killed-\(number)/martlet.sqlite")) == expected)
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.file("killed-3"))
        #expect(!left.contains { $0.hasPrefix("moving.sqlite") })
    }

    @Test func `an import tells what it changed on the terminal and in a file`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        for (name, begins) in [("report.csv", "kind,table,id,user,subject,sentence"), ("report.json", "[")] {
            let dry = try await MartletProcess.run(
                ["import-djangomailer", "--dump", MovingContents.sample, "--dry-run", "--report", name], in: folder,
                environment: key)
            #expect(dry.status == 0, "\(dry.errors)")
            #expect(dry.output.contains("48 would be new"))
            #expect(dry.output.contains("nothing was changed"))
            let text = try String(contentsOfFile: folder.file(name), encoding: .utf8)
            #expect(text.contains(begins))
            #expect(text.contains("not-an-email"))
            #expect(try mode(folder.file(name)) == 0o600)
        }
        let json = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: folder.file("report.json"))))
        #expect((json as? [[String: Any]])?.contains { $0["subject"] as? String == "Broken braces" } == true)
        let missing = try await MartletProcess.run(["import-djangomailer", "--dump", "nothing.sql"], in: folder)
        #expect(missing.status == ExitStatus.notFound.rawValue)
        let wrongKey = try await MartletProcess.run(
            ["import-djangomailer", "--dump", MovingContents.sample, "--field-encryption-key", "short"], in: folder)
        #expect(wrongKey.status == ExitStatus.usage.rawValue)
    }

    @Test func `a backup of a running server is whole, is not replaced by accident, and is its owner's alone`()
        async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = try MartletProcess(["serve", "--port", "0", "--print-port"], in: folder)
        _ = await server.nextLine()
        let made = try await MartletProcess.run(["backup", "copy.db"], in: folder)
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.contains("0 messages") && made.output.contains("is whole"))
        #expect(try mode(folder.file("copy.db")) == 0o600)
        #expect(try mode(folder.file("copy.db.keys")) == 0o600)
        let again = try await MartletProcess.run(["backup", "copy.db"], in: folder)
        #expect(again.status == ExitStatus.usage.rawValue)
        #expect(again.errors.contains("--force"))
        let forced = try await MartletProcess.run(["backup", "copy.db", "--force"], in: folder)
        #expect(forced.status == 0)
        let restoring = try await MartletProcess.run(["restore", "copy.db", "--replace"], in: folder)
        #expect(restoring.status == ExitStatus.tryLater.rawValue, "the server is running")
        server.send(SIGTERM)
        _ = try await server.end()
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.contains(".tmp") }
        #expect(left == [])
    }

    @Test func `after a restore nothing is sent by itself, and everybody logs in again`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await seed(folder.file("data"))
        #expect(try await MartletProcess.run(["backup", "copy.db"], in: folder).status == 0)
        let refused = try await MartletProcess.run(["restore", "copy.db"], in: folder)
        #expect(refused.status == ExitStatus.usage.rawValue)
        #expect(refused.errors.contains("--replace"))

        let restored = try await MartletProcess.run(["restore", "copy.db", "--data", "new"], in: folder)
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(restored.output.contains("2 campaigns were scheduled or under way"))
        #expect(restored.output.contains("1 waited"))
        let database = try SQLiteDatabase(path: folder.file("new/martlet.sqlite"))
        let (states, sessions, due) = try await database.read { tx in
            (
                try tx.rows("SELECT state, paused_reason FROM campaign ORDER BY id") {
                    (try $0.string(0), try $0.string(1))
                }, try tx.count("SELECT COUNT(*) FROM session"), try tx.sendersWithDueMessages().count
            )
        }
        #expect(states.map(\.0) == ["paused", "paused"])
        #expect(states.allSatisfy { $0.1.hasPrefix("Restored from a backup of 20") })
        #expect(sessions == 0)
        #expect(due == 0)
        try await database.close()
        #expect(try mode(folder.file("new/martlet.sqlite")) == 0o600)

        let pass = try await MartletProcess.run(["send-emails", "--data", "new"], in: folder)
        #expect(pass.output.contains("0 delivered"))

        let replaced = try await MartletProcess.run(["restore", "copy.db", "--replace"], in: folder)
        #expect(replaced.status == 0, "\(replaced.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("data"))
        #expect(names.contains { $0.hasPrefix("martlet.sqlite.before-restore-") })
        #expect(names.contains { $0.hasPrefix("secrets.env.before-restore-") })
    }

    @Test func `a backup without its keys, a damaged one, and another file are refused with a sentence`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await seed(folder.file("data"))
        #expect(try await MartletProcess.run(["backup", "copy.db", "--without-keys"], in: folder).status == 0)
        #expect(!FileManager.default.fileExists(atPath: folder.file("copy.db.keys")))
        let keyless = try await MartletProcess.run(["restore", "copy.db", "--data", "new"], in: folder)
        #expect(keyless.status == ExitStatus.configuration.rawValue)
        #expect(keyless.errors.contains("--keys"))
        let keyed = try await MartletProcess.run(
            ["restore", "copy.db", "--data", "new", "--keys", "data/secrets.env"], in: folder)
        #expect(keyed.status == 0, "\(keyed.errors)")

        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("copy.db")))
        bytes.replaceSubrange(8192..<12_288, with: Data(repeating: 0xAA, count: 4096))
        try bytes.write(to: URL(fileURLWithPath: folder.file("damaged.db")))
        let damaged = try await MartletProcess.run(["restore", "damaged.db", "--data", "third"], in: folder)
        #expect(damaged.status == ExitStatus.badData.rawValue)
        #expect(!FileManager.default.fileExists(atPath: folder.file("third/martlet.sqlite")))

        try Data("hello".utf8).write(to: URL(fileURLWithPath: folder.file("other.txt")))
        let other = try await MartletProcess.run(["restore", "other.txt", "--data", "third"], in: folder)
        #expect(other.status == ExitStatus.badData.rawValue)
        #expect(other.errors.contains("martlet backup"))
    }
}
