import Campaigns
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@Suite struct `Calling off what is left of cancelled campaigns` {
    @Test(arguments: TestDatabase.allCases)
    func `ends when nothing of a campaign is left, and begins again with what comes back to it`(_ kind: TestDatabase)
        async throws
    {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let campaign = try fixture.startedCampaign(tx)
                let epoch = try tx.beginEpoch(node: "test")
                var batch = LedgerBatch()
                batch.claims = [Claim(sender: fixture.sender, limit: 1)]
                let claimed = try tx.apply(batch, epoch: epoch).claimed[0]
                var intents = LedgerBatch()
                intents.intents = claimed
                _ = try tx.apply(intents, epoch: epoch)
                _ = try tx.account(fixture.account).cancelCampaign(campaign)
                _ = try tx.sweepCancelled(campaign, limit: 100)
                #expect(try fixture.tallied(campaign, tx) == [.cancelled: 2, .dotted: 1])

                // The server does not want it now: it is ready again, of a campaign that is cancelled.
                var refusals = LedgerBatch()
                refusals.outcomes = claimed.map {
                    Outcome(
                        message: $0, result: .retry(at: Instant(rawValue: 0)), reachedTheDot: true, reply: "", step: "")
                }
                _ = try tx.apply(refusals, epoch: epoch)
                #expect(try tx.campaignsToSweep() == [campaign])
                _ = try tx.sweepCancelled(campaign, limit: 100)
                #expect(try fixture.tallied(campaign, tx) == [.cancelled: 3])
                #expect(try tx.campaignsToSweep() == [])
            }
        }
    }

    @Test func `costs nothing for thousands that were cancelled long ago`() async throws {
        try await withDatabase { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                for _ in 0..<50 {
                    let campaign = try scope.createCampaign(
                        CampaignDraft(
                            name: "Old", templateID: fixture.template, senderID: fixture.sender, audienceFilter: "{}",
                            scheduledAt: try tx.now))
                    _ = try scope.cancelCampaign(campaign)
                    _ = try tx.sweepCancelled(campaign, limit: 100)
                }
                let explained = ExplainedTransaction(tx)
                #expect(try explained.campaignsToSweep() == [])
                #expect(!explained.plans.steps.isEmpty)
                #expect(explained.plans.steps.allSatisfy { $0.contains("INDEX campaign_unswept") })
            }
        }
    }
}
