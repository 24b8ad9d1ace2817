import Campaigns
import Persistence
import TestSupport
import Testing

@Suite struct `Campaigns that are compared` {
    @Test(arguments: TestDatabase.allCases)
    func `are those that have begun, the newest first, each with what was counted when it started`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx, recipients: 2)
                let other = try CampaignFixture(tx, name: "Other", recipients: 2)
                let scope = tx.account(fixture.account)
                let first = try fixture.startedCampaign(tx)
                try scope.freezeTracking(of: first) { _ in ["https://shop.example/"] }
                let draft = try scope.createCampaign(
                    CampaignDraft(
                        name: "Draft", templateID: fixture.template, senderID: fixture.sender, audienceFilter: "{}",
                        scheduledAt: nil))
                let second = try fixture.startedCampaign(tx)
                let theirs = try other.startedCampaign(tx)
                #expect(try scope.campaigns(limit: 10).map(\.id) == [second, draft, first])
                #expect(try scope.campaigns(limit: 10, hasBegun: true).map(\.id) == [second, first])
                #expect(try scope.campaigns(before: second, limit: 10, hasBegun: true).map(\.id) == [first])
                let tracking = try scope.tracking(of: [first, second, draft, theirs])
                #expect(tracking[first]?.opens == true && tracking[first]?.clicks == true)
                #expect(tracking[second]?.opens == false && tracking[second]?.clicks == false)
                #expect(tracking.count == 2)
                #expect(try scope.tracking(of: []).isEmpty)
            }
        }
    }
}
