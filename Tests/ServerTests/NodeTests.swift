import Foundation
import FoundationNetworking
import Logging
import Persistence
import TestSupport
import Testing
import Vault

@testable import Server

@Suite(.timeLimit(.minutes(2))) struct `One node of several` {
    private func status(_ address: String) async throws -> Int {
        let (_, response) = try await URLSession.shared.data(from: try #require(URL(string: address)))
        return (response as? HTTPURLResponse)?.statusCode ?? 0
    }

    @Test func `that only delivers says how it is, and serves no pages`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let node = try MartletProcess(
            ["serve", "--role", "delivery", "--port", "0", "--print-port"], in: folder,
            environment: ["METRICS_TOKEN": "a-token-for-tests-only"])
        let port = try #require(await node.nextLine().flatMap { Int($0) })
        #expect(try await status("http://127.0.0.1:\(port)/health") == 200)
        #expect(try await status("http://127.0.0.1:\(port)/ready") == 200)
        #expect(try await status("http://127.0.0.1:\(port)/metrics") == 401)
        #expect(try await status("http://127.0.0.1:\(port)/accounts/login/") == 404)
        node.send(SIGTERM)
        #expect(try await node.end().status == 0)
    }

    @Test func `has a role that exists, or ends with a sentence`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let end = try await MartletProcess.run(["serve", "--role", "everything", "--port", "0"], in: folder)
        #expect(end.status == ExitStatus.configuration.rawValue)
        #expect(end.errors.contains("MARTLET_ROLE") && end.errors.contains("web, delivery or all"))
    }

    @Test(arguments: TestDatabase.allCases)
    func `must have the same keys as the others, of which the newest counts`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let (old, new) = ("\(SealingKey.random())", "\(SealingKey.random())")
            func check(_ keys: String, secret: String = "one secret of all nodes, long enough") async throws {
                try await SharedKeys.check(
                    sealer: Sealer(keyText: keys), signer: Signer(secret: secret), in: database)
            }
            try await check(old)
            try await check(old)
            var fault = await #expect(throws: CommandFailure.self) {
                try await check(old, secret: "another secret, by mistake, also long")
            }
            #expect(fault?.message.contains("SECRET_KEY is not the one") == true)
            fault = await #expect(throws: CommandFailure.self) { try await check(new) }
            #expect(fault?.message.contains("FIELD_ENCRYPTION_KEY is not the one") == true)
            // The key is replaced, one node after the other.
            try await check("\(new),\(old)")
            try await check(new)
            await #expect(throws: CommandFailure.self) { try await check(old) }
        }
    }

    @Test func `keeps its name over restarts, and each has another`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let first = try DataFolder(opening: folder.file("first"))
        let name = try NodeIdentity.of(first)
        #expect(try NodeIdentity.of(first) == name)
        #expect(try NodeIdentity.of(DataFolder(opening: folder.file("second"))) != name)
    }

    @Test(arguments: TestDatabase.allCases)
    func `ends with a sentence when a newer version has changed the database beside it`(_ kind: TestDatabase)
        async throws
    {
        try await withDatabase(kind) { database in
            let known = Migration.all.map(\.number).max() ?? 0
            let logger = Logger(label: "test")
            let watch = SchemaWatch(database: database, logger: logger, interval: .milliseconds(5))
            try await database.write { tx in
                _ = try tx.run("INSERT INTO schema_migration (number, subject, applied_at) VALUES (9999, 'later', 0)")
            }
            await #expect(throws: DatabaseFault.newerSchema(found: 9999, known: known)) { try await watch.run() }
        }
    }
}
