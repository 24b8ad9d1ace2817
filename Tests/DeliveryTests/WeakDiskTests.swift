import Campaigns
import Delivery
import Persistence
import PersistenceSQLite
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A disk that fails now and then` {
    @Test func `keeps what was taken over of a dead start, and a start goes on as soon as it works`() async throws {
        try await withDatabase { database in
            let (sink, acme, campaign) = try await begun(on: database, to: 400)
            try await database.write { tx in
                for due in try tx.dueCampaigns() { try tx.begin(due, expiry: .seconds(3600)) }
                _ = try tx.plan(campaign, filter: AudienceFilter(), limit: 400)
                let epoch = try tx.beginEpoch(node: "test.example")
                var batch = LedgerBatch()
                batch.claims = [Claim(sender: acme.sender, limit: 400)]
                _ = try tx.apply(batch, epoch: epoch)
            }
            // All 400 in one piece are more than this disk ever takes; and its first five writes fail whatever they hold.
            let failures = Mutex(5)
            let weak = WeakDatabase(database) { _, changes in
                changes > 250
                    || failures.withLock {
                        $0 -= 1; return $0 >= 0
                    }
            }
            let log = RecordedLog()
            let harness = EngineHarness(database: weak, logger: log.logger)
            try await harness.run {
                for seconds in ["0.1", "0.2", "0.4", "0.8", "1.6"] {
                    let line = await log.wait(for: "Delivery cannot use the database; waiting")
                    #expect(line.contains("\"seconds\": \(seconds)"))
                }
                let tally = try await harness.wait(for: acme, campaign) { $0.open == 0 }
                #expect(tally[.delivered] == 400)
            }
            #expect(sink.messages.count == 400)
            await sink.stop()
        }
    }

    @Test func `makes its senders wait a moment, and not as for a server that cannot be reached`() async throws {
        try await withDatabase { database in
            let (sink, acme, campaign) = try await begun(on: database, to: 20)
            // Five times nobody can be set to work on the sender.
            let failures = Mutex(5)
            let weak = WeakDatabase(database) { tx, _ in
                try tx.count("SELECT COUNT(*) FROM sender_work") > 0
                    && failures.withLock {
                        $0 -= 1; return $0 >= 0
                    }
            }
            let log = RecordedLog()
            let harness = EngineHarness(database: weak, logger: log.logger)
            try await harness.run {
                // For a server that cannot be reached it would be a minute: 4 s, 8, 16 and 32.
                for _ in 1...5 { await log.wait(for: "A sender's lane failed") }
                let tally = try await harness.wait(for: acme, campaign) { $0.total == 20 && $0.open == 0 }
                #expect(tally[.delivered] == 20)
            }
            await sink.stop()
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct `A single pass on a disk that fails` {
    private func pass(_ acme: SeededAccount, on database: any Database, failing times: Int) async throws {
        // Nobody can be set to work on the sender.
        let failures = Mutex(times)
        let weak = WeakDatabase(database) { tx, _ in
            try tx.count("SELECT COUNT(*) FROM sender_work") > 0
                && failures.withLock {
                    $0 -= 1; return $0 >= 0
                }
        }
        try await EngineHarness(database: weak).runOnePass()
    }

    @Test func `tries again for a while, and sends what it came for`() async throws {
        try await withDatabase { database in
            let (sink, acme, campaign) = try await begun(on: database, to: 20)
            try await pass(acme, on: database, failing: 3)
            #expect(try await acme.tally(campaign)[.delivered] == 20)
            await sink.stop()
        }
    }

    @Test func `says so in the end where it goes on failing, and everybody waits for the next pass`() async throws {
        try await withDatabase { database in
            let (sink, acme, campaign) = try await begun(on: database, to: 20)
            await #expect(throws: DatabaseFault.failing) { try await pass(acme, on: database, failing: .max) }
            #expect(sink.messages.isEmpty)
            #expect(try await acme.tally(campaign)[.ready] == 20)
            try await pass(acme, on: database, failing: 0)
            #expect(try await acme.tally(campaign)[.delivered] == 20)
            await sink.stop()
        }
    }
}

/// A campaign that is to begin, and the server that it goes to.
private func begun(
    on database: any Database, to recipients: Int
) async throws -> (RecordingSMTPSink, SeededAccount, Campaign.ID) {
    let sink = try await RecordingSMTPSink.start()
    let acme = try await SeededAccount(database)
    try await acme.addRecipients(recipients)
    try await acme.sendOverSMTP(port: sink.port)
    return (sink, acme, try await acme.startCampaign())
}

/// A database on a disk that does not take each transaction.
private final class WeakDatabase: Database {
    private let base: any Database
    private let fails: @Sendable (_ tx: any Transaction, _ changes: Int) throws -> Bool

    /// - Parameter fails: whether a transaction that has changed so many rows cannot be written.
    init(_ base: any Database, fails: @escaping @Sendable (_ tx: any Transaction, _ changes: Int) throws -> Bool) {
        self.base = base
        self.fails = fails
    }

    var dialect: Dialect { base.dialect }

    func read<Value: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Value) async throws -> Value {
        try await base.read(body)
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Value) async throws -> Value {
        let fails = fails
        return try await base.write { tx in
            let before = try tx.count("SELECT total_changes()")
            let value = try body(tx)
            if try fails(tx, tx.count("SELECT total_changes()") - before) { throw DatabaseFault.failing }
            return value
        }
    }

    func writeRepeatable<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        try await write(body)
    }

    func close() async throws { try await base.close() }
}
