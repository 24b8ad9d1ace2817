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
            let sink = try await RecordingSMTPSink.start()
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(400)
            try await acme.sendOverSMTP(port: sink.port)
            let campaign = try await acme.startCampaign()
            try await database.write { tx in
                for due in try tx.dueCampaigns() { try tx.begin(due, expiry: .seconds(3600)) }
                _ = try tx.plan(campaign, filter: AudienceFilter(), limit: 400)
                let epoch = try tx.beginEpoch(node: "test.example")
                var batch = LedgerBatch()
                batch.claims = [Claim(sender: acme.sender, limit: 400)]
                _ = try tx.apply(batch, epoch: epoch)
            }
            // All 400 in one piece are more than this disk ever takes; and its first five writes fail whatever they hold.
            let weak = WeakDatabase(database, failures: 5, most: 250)
            let harness = EngineHarness(database: weak)
            let begun = ContinuousClock.now
            try await harness.run {
                let tally = try await harness.wait(for: acme, campaign) { $0.open == 0 }
                #expect(tally[.delivered] == 400)
            }
            // Five failures in a row cost three seconds, not five each.
            #expect(ContinuousClock.now - begun < .seconds(20))
            #expect(sink.messages.count == 400)
            await sink.stop()
        }
    }
}

/// Takes no transaction that changes more than so many rows, and none of the first writes.
private final class WeakDatabase: Database {
    private let base: any Database
    private let failures: Mutex<Int>
    private let most: Int

    init(_ base: any Database, failures: Int, most: Int) {
        self.base = base
        self.failures = Mutex(failures)
        self.most = most
    }

    var dialect: Dialect { base.dialect }

    func read<Value: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Value) async throws -> Value {
        try await base.read(body)
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Value) async throws -> Value {
        let fails = failures.withLock { left in
            left -= 1
            return left >= 0
        }
        let most = most
        return try await base.write { tx in
            let before = try tx.count("SELECT total_changes()")
            let value = try body(tx)
            if try fails || tx.count("SELECT total_changes()") - before > most { throw DatabaseFault.failing }
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
