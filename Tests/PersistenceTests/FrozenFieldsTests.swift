import Campaigns
import Persistence
import TestSupport
import Testing

@Suite struct `What a message keeps of its recipient` {
    @Test(arguments: TestDatabase.allCases)
    func `is every field as it was written, the empty ones too`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let people = [
                RecipientFields(email: "none@example.org"),
                RecipientFields(
                    email: "all@example.org", firstName: "Zoë", lastName: "%s %d %n", company: "a\\b'c\"d{e}",
                    country: "日本", city: "👩‍👩‍👧‍👦", freeField1: String(repeating: "long", count: 1000), freeField2: "<&>",
                    freeField3: "end"),
                RecipientFields(email: "last@example.org", freeField3: "only the last one"),
                RecipientFields(email: "first@example.org", firstName: "only the first one"),
            ]
            try await database.write { tx in
                let fixture = try CampaignFixture(tx, recipients: 0)
                let scope = tx.account(fixture.account)
                try scope.insertRecipients(people.map { ($0.email, $0) }, createdAt: try tx.now)
                let campaign = try fixture.startedCampaign(tx)
                let kept = try tx.rows("SELECT merge FROM message WHERE campaign_id = \(campaign) ORDER BY id") {
                    try $0.string(0)
                }
                let written = people.map { person in
                    [
                        person.email, person.firstName, person.lastName, person.company, person.country, person.city,
                        person.freeField1, person.freeField2, person.freeField3,
                    ].joined(separator: "\u{1F}")
                }
                #expect(kept == written)
            }
        }
    }
}
