import Campaigns
import Delivery
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

/// Two engines, each with a database connection of its own, on one database.
@Suite(.timeLimit(.minutes(1))) struct `Two nodes on one database` {
    private func settings(_ identity: String) throws -> DeliverySettings {
        var settings = try EngineHarness.settings()
        settings.identity = identity
        settings.lease.look = .milliseconds(50)
        settings.lease.renewal = .milliseconds(200)
        return settings
    }

    private func withTwo(
        _ body: (SQLiteDatabase, SQLiteDatabase) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let first = try SQLiteDatabase(path: folder.file("martlet.sqlite"))
        try await first.migrate()
        let second = try SQLiteDatabase(path: folder.file("martlet.sqlite"))
        try await body(first, second)
        try await second.close()
        try await first.close()
    }

    @Test func `share a campaign: each message goes out once, and together they hold no more connections than allowed`()
        async throws
    {
        try await withTwo { first, second in
            let sink = try await RecordingSMTPSink.start()
            sink.react { _ in .init(dot: .after(.milliseconds(5), .accept)) }
            let acme = try await SeededAccount(first)
            try await acme.addRecipients(600)
            try await acme.sendOverSMTP(port: sink.port, connections: 4)
            let campaign = try await acme.startCampaign()
            let (a, b) = (EngineHarness(database: first), EngineHarness(database: second))
            let (mine, other) = (try settings("a"), try settings("b"))
            try await a.run(mine) {
                await sink.waitForMessages(20)
                try await b.run(other) {
                    let tally = try await a.wait(for: acme, campaign) { $0.open == 0 }
                    #expect(tally[.delivered] == 600)
                }
            }
            #expect(sink.messages.count == 600)
            #expect(Set(sink.messages.map(\.recipient)).count == 600)
            #expect(sink.mostOpenConnections <= 4)
            let state = try await acme.campaign(campaign).state
            #expect(state == .finished)
            let starts = try await first.read { tx in
                try tx.count("SELECT COUNT(DISTINCT epoch) FROM sender_work WHERE granted <> 0")
            }
            #expect(starts == 0, "nothing stays granted")
            await sink.stop()
        }
    }

    @Test func `one that was declared dead begins anew, and nobody is mailed twice`() async throws {
        try await withTwo { first, second in
            let sink = try await RecordingSMTPSink.start()
            sink.react { _ in .init(dot: .after(.milliseconds(5), .accept)) }
            let acme = try await SeededAccount(first)
            try await acme.addRecipients(400)
            try await acme.sendOverSMTP(port: sink.port, connections: 4)
            let campaign = try await acme.startCampaign()
            let log = RecordedLog()
            let harness = EngineHarness(database: first, logger: log.logger)
            try await harness.run(try settings("a")) {
                await sink.waitForMessages(40)
                // As another node does with one that was silent for too long.
                let unknown = try await second.write { tx in
                    let mine = try tx.beginEpoch(node: "b", identity: "b")
                    var unknown = 0
                    for dead in try tx.epochsToRescue(by: mine, identity: "b", lifetime: .seconds(-60)) {
                        _ = try tx.declareDead(dead, by: mine, identity: "b", lifetime: .seconds(-60))
                        unknown += try tx.rescue(dead, limit: 10_000).unknown
                    }
                    try tx.end(mine)
                    return unknown
                }
                #expect(unknown <= 4)
                await log.wait(for: "This node was taken for dead; it begins anew")
                _ = try await harness.wait(for: acme, campaign) { $0.open == 0 }
            }
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] + tally[.unknown] == 400)
            #expect(tally[.unknown] <= 4)
            #expect(Set(sink.messages.map(\.recipient)).count == sink.messages.count)
            await sink.stop()
        }
    }

    @Test func `what a silent node had in hand goes out through the other one`() async throws {
        try await withTwo { first, second in
            let sink = try await RecordingSMTPSink.start()
            let acme = try await SeededAccount(first)
            try await acme.addRecipients(30)
            try await acme.sendOverSMTP(port: sink.port)
            let campaign = try await acme.startCampaign()
            // A start that claims, and is never heard of again.
            try await first.write { tx in
                for due in try tx.dueCampaigns() { try tx.begin(due, expiry: .seconds(3600)) }
                _ = try tx.plan(campaign, filter: AudienceFilter(), limit: 100)
                let epoch = try tx.beginEpoch(node: "dead", identity: "dead")
                var batch = LedgerBatch()
                batch.claims = [Claim(sender: acme.sender, limit: 20)]
                _ = try tx.apply(batch, epoch: epoch)
            }
            var other = try settings("b")
            other.lease.lifetime = .milliseconds(800)
            let harness = EngineHarness(database: second)
            try await harness.run(other) {
                let tally = try await harness.wait(for: acme, campaign) { $0.open == 0 }
                #expect(tally[.delivered] == 30)
            }
            await sink.stop()
        }
    }
}
