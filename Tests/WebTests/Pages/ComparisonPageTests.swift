import Campaigns
import Persistence
import PersistenceSQLite
import Testing

@Suite(.timeLimit(.minutes(1))) struct `The page that compares campaigns` {
    @Test func `says what part of each was delivered, opened and clicked, and leaves out what is not counted`()
        async throws
    {
        try await withReadMails { site, mails in
            _ = try await site.browser().get(mails.pixel(0), [TestBrowser.chrome])
            _ = try await site.browser().follow(mails.click(1, 1), [TestBrowser.chrome])
            try await site.settleReadings()
            // Another one that counts no openings, with one mail that failed; and a draft.
            let other = try await site.startedCampaign(mails.account, name: "Quiet <one>")
            _ = try await site.draft(mails.account)
            let account = mails.account.account
            try await site.database.write { tx in
                // As the account has it, whatever the campaign wanted.
                try tx.run(
                    """
                    UPDATE content SET tracks_opens = 0, tracks_clicks = 1
                    WHERE id = (SELECT content_id FROM campaign WHERE id = \(other))
                    """)
                try tx.run("DELETE FROM campaign_tally WHERE campaign_id = \(other)")
                for (state, count) in [("delivered", 1), ("failed", 1), ("ready", 1)] {
                    try tx.run(
                        """
                        INSERT INTO campaign_tally (account_id, campaign_id, state, messages)
                        VALUES (\(account), \(other), \(state), \(count))
                        """)
                }
            }
            let page = try await mails.owner.get("/campaigns/compare/").body
            let rows = page.matches(of: /<tr><t[dh].*?<\/tr>/.dotMatchesNewlines()).map { match in
                String(match.output).replacing(/<[^>]+>/, with: " ").split(separator: " ").joined(separator: " ")
            }
            // Delivered, opened, clicked, clicked of those who opened, bounced, unsubscribed, complained.
            #expect(rows.count == 4 && rows[1].hasPrefix("Quiet &lt;one&gt; "), "\(rows)")
            #expect(rows[1].hasSuffix(" 2 50.0 % – 0.0 % – 0.0 % 0.0 % 0.0 %"), "\(rows)")
            #expect(rows[2].hasSuffix(" 3 100.0 % 66.7 % 33.3 % 50.0 % 0.0 % 0.0 % 0.0 %"), "\(rows)")
            // Of the openings, those campaigns that count them.
            #expect(rows[3] == "Together 5 80.0 % 66.7 % 25.0 % 50.0 % 0.0 % 0.0 % 0.0 %", "\(rows)")
            #expect(page.contains("data-chart=") && page.contains("[67,0]"))
            #expect(try await mails.owner.get("/campaigns/").body.contains("href=\"/campaigns/compare/\""))
            let stranger = try await site.member("eve")
            #expect(try await stranger.get("/campaigns/compare/").body.contains("Nothing to compare yet"))
        }
    }
}
