import Campaigns
import Delivery
import Persistence
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A campaign that cannot begin` {
    @Test func `is held with a sentence, and the others are sent`() async throws {
        try await withDatabase(.sqlite) { database in
            let broken = try await SeededAccount(database, subject: "broken")
            try await broken.addRecipients(2)
            let unlucky = try await broken.startCampaign()
            let acme = try await SeededAccount(database, name: "Other")
            try await acme.addRecipients(2)
            let campaign = try await acme.startCampaign()
            try await database.write { tx in
                _ = try tx.run(
                    """
                    CREATE TRIGGER broken BEFORE INSERT ON content WHEN NEW.subject = 'broken'
                    BEGIN SELECT RAISE(ABORT, 'broken'); END
                    """)
            }
            let harness = EngineHarness(database: database)
            try await harness.run {
                let tally = try await harness.wait(for: acme, campaign) { $0.total > 0 && $0.open == 0 }
                #expect(tally[.delivered] == 2)
            }
            let account = broken.account
            let record = try #require(try await database.read { try $0.account(account).campaign(unlucky) })
            #expect(record.state == .paused)
            #expect(record.pausedReason.hasPrefix("Something unexpected went wrong"))
        }
    }
}
