import Campaigns
import Persistence
import TestSupport
import Testing

@Suite struct `The form of a campaign` {
    @Test(arguments: TestDatabase.allCases)
    func `makes one campaign in an account, whatever others' forms are called`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let (ada, bob) = try await database.write { tx in
                (try CampaignFixture(tx), try CampaignFixture(tx, name: "Bob's shop"))
            }
            func make(_ form: String, for fixture: CampaignFixture) async throws -> Campaign.ID {
                try await database.write { tx in
                    var draft = CampaignDraft(
                        name: "November", templateID: fixture.template, senderID: fixture.sender, audienceFilter: "{}",
                        scheduledAt: nil)
                    draft.form = form
                    return try tx.account(fixture.account).createCampaign(draft)
                }
            }
            let first = try await make("abc", for: ada)
            await #expect(throws: DatabaseFault.duplicate) { _ = try await make("abc", for: ada) }
            let theirs = try await make("abc", for: bob)
            let (nameless, another) = (try await make("", for: ada), try await make("", for: ada))
            #expect(nameless != another)
            let found = try await database.read { tx in
                [
                    try tx.account(ada.account).campaign(ofForm: "abc"),
                    try tx.account(bob.account).campaign(ofForm: "abc"),
                    try tx.account(ada.account).campaign(ofForm: ""),
                ]
            }
            #expect(found == [first, theirs, nil])
        }
    }
}
