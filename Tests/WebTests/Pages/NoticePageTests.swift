import Campaigns
import Persistence
import PersistenceSQLite
import Testing

@testable import Web

@Suite(.timeLimit(.minutes(1))) struct `The page of notices` {
    @Test func `is led to by a bell that counts what is new, and what was seen is new no more`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 12)
            #expect(try await ada.get("/").body.contains("aria-label=\"Notices\""))
            let campaign = try await site.startedCampaign(account, name: "Spring <sale>")
            _ = try await site.database.write { tx in
                let now = try tx.now
                try tx.run("UPDATE campaign SET state = 'finished', finished_at = \(now) WHERE id = \(campaign)")
                try tx.run("DELETE FROM campaign_tally WHERE campaign_id = \(campaign)")
                for (state, count) in [("delivered", 8), ("failed", 4)] {
                    try tx.run(
                        """
                        INSERT INTO campaign_tally (account_id, campaign_id, state, messages)
                        VALUES (\(account.account), \(campaign), \(state), \(count))
                        """)
                }
                try tx.account(account.account).pause(account.sender, because: "The server says <no>.")
            }
            #expect(try await ada.get("/campaigns/").body.contains("aria-label=\"Notices, 2 new\""))
            let page = try await ada.get("/notices/").body
            #expect(page.contains("“Spring &lt;sale&gt;” is finished; fewer than nine in ten arrived"))
            #expect(page.contains("8 of 12 mails were delivered.") && page.contains("The server says &lt;no&gt;."))
            #expect(page.split(separator: ">New<").count == 3 && page.contains("aria-label=\"Notices\""))
            #expect(page.contains("href=\"/campaigns/\(campaign)/\"") && page.contains("href=\"/profile/edit/\""))

            let again = try await ada.get("/notices/").body
            #expect(!again.contains(">New<") && again.contains("Spring &lt;sale&gt;"))
            #expect(try await ada.get("/").body.contains("aria-label=\"Notices\""))
            let stranger = try await site.member("eve")
            #expect(try await stranger.get("/notices/").body.contains("Nothing to tell"))
        }
    }

    @Test(arguments: [
        (0, 9, false), (8, 2, true), (9, 1, false), (0, 10, true), (90, 10, false), (89, 11, true), (0, 0, false),
    ])
    func `warns where fewer than nine in ten of at least ten mails arrived`(delivered: Int, failed: Int, isBad: Bool) {
        #expect(NoticePage.isBad(delivered, of: delivered + failed) == isBad)
    }
}
