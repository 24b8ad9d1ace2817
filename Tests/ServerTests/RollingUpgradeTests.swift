import Foundation
import FoundationNetworking
import PersistencePostgres
import TestSupport
import Testing

@testable import Persistence
@testable import Server

@Suite(.timeLimit(.minutes(2))) struct `An upgrade of one node after the other` {
    private let last = Migration.all.map(\.number).max() ?? 0
    private let environment = [
        "SECRET_KEY": "one secret of all nodes, long enough",
        "FIELD_ENCRYPTION_KEY": "bWFydGxldCBtYXJ0bGV0IG1hcnRsZXQgbWFydGxldCE=",
    ]

    private func isReady(_ port: Int) async throws -> Bool {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)/ready"))
        return (try await URLSession.shared.data(from: url).1 as? HTTPURLResponse)?.statusCode == 200
    }

    @Test func `the old ones go on beside what they need not know, and end with a sentence before what they must`()
        async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let address = try await TestPostgres.shared.newDatabase()
        let environment = environment.merging(["DATABASE_URL": address]) { $1 }
        var nodes: [(process: MartletProcess, port: Int)] = []
        func start(_ role: String) async throws {
            let process = try MartletProcess(
                ["serve", "--role", role, "--data", "\(role)\(nodes.count)", "--port", "0", "--print-port"], in: folder,
                environment: environment)
            nodes.append((process, try #require(await process.nextLine().flatMap { Int($0) })))
        }
        for role in ["web", "delivery"] { try await start(role) }

        let database = try await PostgresDatabase(PostgresSettings(address: address), logger: .silent)
        let more = Migration(number: last + 1, subject: "More", isCompatible: true) { _ in
            ["CREATE TABLE more (number BIGINT NOT NULL PRIMARY KEY)"]
        }
        try await database.migrate(Migration.all + [more])
        for node in nodes { try await node.process.untilItSays("belongs to a newer version") }
        // One that is restarted has no reason to stay away either.
        try await start("all")
        for node in nodes { #expect(try await isReady(node.port)) }

        let other = Migration(number: last + 2, subject: "Other") { _ in ["DROP TABLE more"] }
        try await database.migrate(Migration.all + [more, other])
        for node in nodes {
            let end = try await node.process.end()
            #expect(end.status == ExitStatus.badData.rawValue)
            #expect(end.errors.contains("newer Martlet"), "\(end.errors)")
        }
        let late = try await MartletProcess.run(["serve", "--port", "0"], in: folder, environment: environment)
        #expect(late.status == ExitStatus.badData.rawValue && late.errors.contains("newer Martlet"))
        try await database.close()
        try await TestPostgres.shared.drop(address)
    }
}
