import Campaigns
import Persistence
import TestSupport
import Testing

@Suite struct `Campaigns of a month` {
    @Test(arguments: TestDatabase.allCases)
    func `are those that began or are to begin in it, by that time, of one account`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx, recipients: 1)
                let other = try CampaignFixture(tx, name: "Other", recipients: 1)
                let scope = tx.account(fixture.account)
                func planned(_ at: Int64?, isDraft: Bool = false) throws -> Campaign.ID {
                    try scope.createCampaign(
                        CampaignDraft(
                            name: "Planned", templateID: fixture.template, senderID: fixture.sender,
                            audienceFilter: "{}",
                            scheduledAt: at.map { Instant(rawValue: $0) }, isDraft: isDraft))
                }
                let late = try planned(2_000)
                let early = try planned(1_000)
                let held = try planned(1_500, isDraft: true)
                _ = try planned(nil)
                // It began later than was planned.
                let begun = try planned(1_200)
                try tx.run("UPDATE campaign SET started_at = 2500 WHERE id = \(begun)")
                let theirs = try other.startedCampaign(tx)
                try tx.run("UPDATE campaign SET started_at = 1500 WHERE id = \(theirs)")

                func found(_ from: Int64, _ to: Int64, _ limit: Int = 9) throws -> [Campaign.ID] {
                    try scope.campaigns(begunIn: Instant(rawValue: from)..<Instant(rawValue: to), limit: limit).map(
                        \.id)
                }
                #expect(try found(1_000, 2_000) == [early, held])
                #expect(try found(1_000, 2_001) == [early, held, late])
                #expect(try found(2_001, 9_000) == [begun])
                #expect(try found(0, 9_000, 2) == [early, held])
                #expect(try found(0, 1_000).isEmpty)
            }
        }
    }
}
