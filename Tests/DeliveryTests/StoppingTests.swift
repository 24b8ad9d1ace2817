import Campaigns
import Delivery
import Persistence
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A shutdown` {
    @Test(arguments: TestDatabase.allCases)
    func `does not wait for a server that never answers: what it has is unknown, the rest is given back`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            sink.react { envelope in
                var reactions = RecordingSMTPSink.Reactions()
                if envelope.recipient.hasPrefix("person3@") { reactions.dot = .silence }
                return reactions
            }
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(5)
            try await acme.sendOverSMTP(port: sink.port, connections: 1)
            let campaign = try await acme.startCampaign()
            var settings = try EngineHarness.settings()
            settings.patienceAtTheEnd = .milliseconds(100)
            let harness = EngineHarness(database: database)
            try await harness.run(settings) {
                _ = try await harness.wait(for: acme, campaign) { $0[.delivered] == 2 && $0[.dotted] == 1 }
            }
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] == 2 && tally[.unknown] == 1 && tally[.ready] == 2)
            let reason = try await database.read { tx in
                try tx.one("SELECT reason FROM message WHERE state = 'unknown'") { try $0.string(0) }
            }
            #expect(!reason.isEmpty)
            await sink.stop()
        }
    }
}
