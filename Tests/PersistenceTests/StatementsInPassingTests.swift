import Campaigns
import NIOConcurrencyHelpers
import PersistencePostgres
import TestSupport
import Testing

@testable import Persistence

extension Transaction {
    fileprivate func addAccount(_ name: String) throws {
        try runLater("INSERT INTO account (name, created_at) VALUES (\(name), 0)")
    }

    fileprivate func accounts() throws -> Int { try count("SELECT COUNT(*) FROM account") }
}

/// `Transaction.runLater`, and insertions of few rows.
@Suite struct `Statements for whose answer nobody waits` {
    private struct Stop: Error {}

    private func accounts(in database: any Database) async throws -> Int {
        try await database.read { try $0.accounts() }
    }

    @Test(arguments: TestDatabase.allCases)
    func `are done before the next one, and before the commit`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            for round in 1...2 {
                let seen = try await database.write { tx in
                    try tx.addAccount("a")
                    try tx.addAccount("b")
                    let seen = try tx.accounts()
                    try tx.addAccount("c")
                    return seen
                }
                #expect(seen == round * 3 - 1)
                let there = try await accounts(in: database)
                #expect(there == round * 3)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases, [true, false])
    func `take everything back when one is refused`(_ kind: TestDatabase, _ isFollowed: Bool) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in try tx.setSetting("a", to: "1") }
            for _ in 1...2 {
                await #expect(throws: DatabaseFault.duplicate) {
                    try await database.write { tx in
                        try tx.addAccount("a")
                        try tx.runLater("INSERT INTO setting (name, value) VALUES ('a', '2')")
                        // Never seen by the server before, and passed over by it now.
                        try tx.runLater("UPDATE account SET name = name || 'x' WHERE id > \(Int64(0))")
                        if isFollowed { try tx.run("UPDATE account SET name = 'y'") }
                    }
                }
            }
            let (accounts, value) = try await database.write { tx in
                try tx.runLater("UPDATE account SET name = name || 'x' WHERE id > \(Int64(0))")
                return (try tx.accounts(), try tx.setting("a"))
            }
            #expect(accounts == 0 && value == "1")
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `leave nothing behind when the transaction is given up`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            for _ in 1...3 {
                await #expect(throws: Stop.self) {
                    try await database.write { tx in
                        try tx.addAccount("a")
                        throw Stop()
                    }
                }
            }
            let there = try await accounts(in: database)
            #expect(there == 0)
        }
    }

    @Test(arguments: [true, false]) func `may be thousands`(_ isPrepared: Bool) async throws {
        try await withPostgres(preparesStatements: isPrepared) { database, _ in
            let accounts = try await database.write { tx in
                for number in 1...5000 {
                    try tx.addAccount(String(repeating: "n", count: number))
                    // Others, of which far more are new than are kept prepared.
                    if number <= 450 {
                        let numbers = (1...number).map { _ in "\(Int64(1))" as SQL }.joined(separator: ", ")
                        try tx.runLater("UPDATE account SET created_at = 1 WHERE id IN (\(numbers))")
                    }
                }
                return try tx.accounts()
            }
            #expect(accounts == 5000)
        }
    }

    @Test func `are made again with their transaction when the connection breaks`() async throws {
        try await withPostgres { database, _ in
            let tries = NIOLockedValueBox(0)
            try await database.write { tx in
                try tx.addAccount("once")
                let isFirst = tries.withLockedValue {
                    $0 += 1; return $0 == 1
                }
                if isFirst { try tx.runLater("SELECT pg_terminate_backend(pg_backend_pid())") }
                try tx.addAccount("twice")
                _ = try tx.accounts()
            }
            #expect(tries.withLockedValue { $0 } == 2)
            let there = try await accounts(in: database)
            #expect(there == 2)
        }
    }

    @Test func `leave open whether they took place when the connection breaks at the commit`() async throws {
        try await withPostgres { database, _ in
            await #expect(throws: DatabaseFault.outcomeUnknown) {
                try await database.write { tx in
                    _ = try tx.now
                    try tx.addAccount("once")
                    try tx.runLater("SELECT pg_terminate_backend(pg_backend_pid())")
                }
            }
            let there = try await accounts(in: database)
            #expect(there == 0)
        }
    }

    @Test func `are made again when the connection was broken before they began`() async throws {
        try await withPostgres { database, address in
            let ended = try await TestPostgres.answer(to: PostgresDatabase.killAll, at: address)
            #expect(ended != "0")
            // Nothing in it has an answer, so that its begin and its commit could go out together.
            try await database.write { try $0.addAccount("once") }
            let there = try await accounts(in: database)
            #expect(there == 1)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `several in one trip give their rows each with its number, in order`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let answers = try await database.write { tx in
                try tx.addAccount("first")
                var answers: [[Int]] = []
                try tx.forEach(inOneTrip: [
                    "SELECT COUNT(*) FROM account", "UPDATE account SET created_at = 7 WHERE id = -1 RETURNING id",
                    "UPDATE account SET created_at = 7 RETURNING created_at",
                    "SELECT \(Int64(3)) UNION SELECT 4 ORDER BY 1",
                ]) { number, row in answers.append([number, try row.int(0)]) }
                return answers
            }
            #expect(answers == [[0, 1], [2, 7], [3, 3], [3, 4]])
        }
    }
}
