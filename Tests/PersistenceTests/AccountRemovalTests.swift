import Campaigns
import Persistence
import PersistencePostgres
import TestSupport
import Testing

/// PostgreSQL asks for no account with each recipient's row: that nobody is left behind is for the lock and the trigger.
@Suite(.timeLimit(.minutes(2))) struct `An account that is removed` {
    private let eve = RecipientFields(email: "eve@example.org", firstName: "Eve")

    @Test(arguments: TestDatabase.allCases)
    func `takes its recipients along, and nobody else's`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let going = try await SeededAccount(database)
            let staying = try await SeededAccount(database, name: "Other")
            try await going.addRecipients(30)
            try await staying.addRecipients(20)
            let (gone, there) = (going.account, staying.account)
            try await database.write { tx in _ = try tx.run("DELETE FROM account WHERE id = \(gone)") }
            let left = try await database.read { tx in
                try tx.rows("SELECT account_id, COUNT(*) FROM recipient GROUP BY account_id") {
                    (try $0.id(0, as: Account.ID.self), try $0.int(1))
                }
            }
            #expect(left.count == 1 && left.first?.0 == there && left.first?.1 == 20)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `gets no recipients any more`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let account = try await SeededAccount(database).account
            try await database.write { tx in _ = try tx.run("DELETE FROM account WHERE id = \(account)") }
            await #expect(throws: DatabaseFault.self) {
                try await database.write { try $0.account(account).addRecipient(eve, key: eve.email) }
            }
            let left = try await database.read { try $0.count("SELECT COUNT(*) FROM recipient") }
            #expect(left == 0)
        }
    }

    @Test func `waits for recipients that are being written, and takes them along`() async throws {
        try await withTwo { writing, removing in
            let account = try await SeededAccount(writing).account
            let (isWritten, written) = AsyncStream.makeStream(of: Void.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await writing.write { tx in
                        _ = try tx.account(account).addRecipient(eve, key: eve.email)
                        written.finish()
                        try Self.awaitWaiting(tx)
                    }
                }
                for await _ in isWritten {}
                try await removing.write { tx in _ = try tx.run("DELETE FROM account WHERE id = \(account)") }
                try await group.waitForAll()
            }
            let left = try await writing.read { try $0.count("SELECT COUNT(*) FROM recipient") }
            #expect(left == 0)
        }
    }

    @Test func `refuses recipients that waited for its end`() async throws {
        try await withTwo { writing, removing in
            let account = try await SeededAccount(writing).account
            let (isRemoved, removed) = AsyncStream.makeStream(of: Void.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await removing.write { tx in
                        try tx.run("DELETE FROM account WHERE id = \(account)")
                        removed.finish()
                        try Self.awaitWaiting(tx)
                    }
                }
                for await _ in isRemoved {}
                await #expect(throws: DatabaseFault.self) {
                    var batch = RecipientBatch(account: account, createdAt: Instant(rawValue: 1))
                    batch.append(key: eve.email, eve)
                    let one = batch
                    try await writing.write { try $0.account(account).insertRecipients(one) }
                }
                try await group.waitForAll()
            }
            let left = try await writing.read { try $0.count("SELECT COUNT(*) FROM recipient") }
            #expect(left == 0)
        }
    }

    /// Looks until another connection waits for this transaction.
    private static func awaitWaiting(_ tx: any Transaction) throws {
        while try tx.count(
            "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))") == 0
        {}
    }

    private func withTwo(_ body: (PostgresDatabase, PostgresDatabase) async throws -> Void) async throws {
        let address = try await TestPostgres.shared.newDatabase()
        let one = try await PostgresDatabase(PostgresSettings(address: address), logger: .silent)
        let other = try await PostgresDatabase(PostgresSettings(address: address), logger: .silent)
        try await body(one, other)
        try await one.close()
        try await other.close()
        try await TestPostgres.shared.drop(address)
    }
}
