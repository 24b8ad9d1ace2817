import Campaigns
import Delivery
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct `Shutdown under load` {
    @Test func `waits for a slow server's answers, so that nobody is unknown, and gives the rest back`() async throws {
        try await withDatabase { database in
            let sink = try await RecordingSMTPSink.start()
            // The first answers are quick, so that there are eight conversations; then each takes three seconds.
            let quick = Box(60)
            sink.react { _ in
                quick.change { $0 -= 1 }
                return .init(dot: .after(quick.value > 0 ? .milliseconds(5) : .seconds(3), .accept))
            }
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(2000)
            try await acme.sendOverSMTP(port: sink.port, connections: 8)
            let campaign = try await acme.startCampaign()
            let harness = EngineHarness(database: database)
            let begun = Box<ContinuousClock.Instant>(.now)
            try await harness.run {
                // The audience is planned beside the sending: all of it, or the sum below is not 2,000.
                _ = try await harness.wait(for: acme, campaign) {
                    $0.total == 2000 && $0[.delivered] >= 50 && $0[.dotted] >= 4
                }
                begun.set(.now)
            }
            #expect(ContinuousClock.now - begun.value < .seconds(30))
            let tally = try await acme.tally(campaign)
            #expect(tally[.unknown] == 0 && tally[.claimed] == 0 && tally[.dotted] == 0)
            #expect(tally[.delivered] == sink.messages.count)
            #expect(tally[.ready] == 2000 - sink.messages.count)
            await sink.stop()
        }
    }
}
