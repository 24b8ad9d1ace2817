import Campaigns
import Delivery
import Persistence
import PersistenceSQLite
import SMTP
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3))) struct `A server that serves five connections, where twenty are allowed` {
    @Test(arguments: RecordingSMTPSink.Crowded.allCases)
    func `is learned: few are deferred, none spends an attempt for it, and all arrive`(
        place: RecordingSMTPSink.Crowded
    ) async throws {
        try await withDatabase { database in
            var behaviour = RecordingSMTPSink.Behaviour()
            behaviour.mostConnections = 5
            behaviour.whenCrowded = place
            behaviour.reactions = { _ in .init(dot: .after(.milliseconds(20), .accept)) }
            let sink = try await RecordingSMTPSink.start(behaviour)
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(300)
            try await acme.sendOverSMTP(port: sink.port, connections: 20)
            let campaign = try await acme.startCampaign()
            var settings = try EngineHarness.settings()
            settings.retries.limited = .milliseconds(200)
            let harness = EngineHarness(database: database)
            try await harness.run(settings) {
                _ = try await harness.wait(for: acme, campaign) { $0[.delivered] == 300 }
            }
            #expect(sink.messages.count == 300)
            #expect(Set(sink.messages.map(\.recipient)).count == 300)
            let (attempts, deferred) = try await database.read { tx in
                (
                    try tx.count("SELECT MAX(attempts) FROM message WHERE campaign_id = \(campaign)"),
                    try tx.count(
                        "SELECT COUNT(*) FROM attempt WHERE campaign_id = \(campaign) AND outcome = 'deferred'")
                )
            }
            #expect(attempts == 1)
            let refused = place == .greeting ? sink.connections - 5 : deferred
            #expect(Double(refused) <= 0.17 * 300, "\(refused) were refused")
            #expect(sink.mostOpenConnections >= 4)
            await sink.stop()
        }
    }

    @Test func `one that is too busy for anybody is left alone for a while, and nobody has spent an attempt`()
        async throws
    {
        try await withDatabase { database in
            var behaviour = RecordingSMTPSink.Behaviour()
            behaviour.greeting = "421 4.3.2 Too busy"
            let sink = try await RecordingSMTPSink.start(behaviour)
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(10)
            try await acme.sendOverSMTP(port: sink.port)
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            let tally = try await acme.tally(campaign)
            #expect(tally[.ready] == 10)
            #expect(sink.connections == 1)
            let attempts = try await database.read { tx in
                try tx.count("SELECT MAX(attempts) FROM message WHERE campaign_id = \(campaign)")
            }
            #expect(attempts == 0)
            await sink.stop()
        }
    }
}
