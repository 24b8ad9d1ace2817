import Campaigns
@testable import Importing
import Persistence
import PersistencePostgres
import TestSupport
import Testing

/// Each of them writes in several transactions beside each other, so both may want the same address at the same moment.
@Suite(.timeLimit(.minutes(2))) struct `Imports into one account at the same time` {
    private static let rows = 20_000

    /// The same addresses, in another order for each name: other windows meet each other.
    private func file(_ name: String, step: Int) -> String {
        "email,first_name\n"
            + (0..<Self.rows).map { "p\($0 * step % Self.rows)@x.test,\(name)\($0 * step % Self.rows)\n" }.joined()
    }

    @Test(arguments: [false, true])
    func `add each address once, and neither fails, whether they begin together or one in the middle of the other`(
        _ together: Bool
    ) async throws {
        let address = try await TestPostgres.shared.newDatabase()
        let one = try await PostgresDatabase(PostgresSettings(address: address), logger: .quiet)
        let other = try await PostgresDatabase(PostgresSettings(address: address), logger: .quiet)
        let first = try await ImportFixture(one)
        let account = first.account
        let second = Imports(database: other)
        let ids = [
            try await first.begin(file("A", step: 1), pieces: 65_536),
            try await second.begin(
                account: account, fileName: "b.csv", pieces: ImportFixture.pieces(file("B", step: 7919), 65_536)),
        ]
        for id in ids { try await Self.step(id, account, one) }
        try await first.imports.confirm(ids[0], account: account)
        if together { try await second.confirm(ids[1], account: account) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Self.apply(ids[0], account, one) }
            group.addTask {
                if !together {
                    while try await other.read({ try $0.account(account).recipientCount() }) == 0 {}
                    try await second.confirm(ids[1], account: account)
                }
                try await Self.apply(ids[1], account, other)
            }
            try await group.waitForAll()
        }
        for id in ids {
            let status = try #require(try await second.status(id, account: account))
            #expect(status.state == .finished && status.details.done == Self.rows)
        }
        let people = try await first.recipients()
        #expect(people.count == Self.rows)
        #expect(
            people.allSatisfy { person in
                let number = person.email.dropFirst().prefix { $0 != "@" }
                return person.firstName == "A\(number)" || person.firstName == "B\(number)"
            })
        try await one.read { tx in
            let scope = tx.account(account)
            #expect(try scope.recipientCount() == Self.rows)
            // Searches find all of them where they look.
            for number in stride(from: 11_111, to: Self.rows, by: 777) {
                let found = try scope.recipientPicks(AudienceFilter(search: "p\(number)@x"), limit: 10)
                #expect(found.map(\.fields.email) == ["p\(number)@x.test"])
            }
        }
        try await one.close()
        try await other.close()
        try await TestPostgres.shared.drop(address)
    }

    private static func apply(_ id: Import.ID, _ account: Account.ID, _ database: PostgresDatabase) async throws {
        while try await step(id, account, database) == .applying {}
    }

    @discardableResult
    private static func step(
        _ id: Import.ID, _ account: Account.ID, _ database: PostgresDatabase
    ) async throws -> ImportState? {
        let record = try #require(try await database.read { try $0.account(account).importRecord(id) })
        let worker = ImportWorker(
            database: database, shouldStop: { false }, progress: { _ in }, window: 2, batch: 700, lanes: 3)
        _ = try await worker.step(record)
        return try await database.read { try $0.account(account).importRecord(id)?.state }
    }
}
