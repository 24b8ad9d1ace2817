import Campaigns
import Persistence
import PersistenceSQLite
import Testing

@testable import Web

@Suite struct `What a campaign's page says while it is under way` {
    @Test func `the page's counts add up to the audience and lead to the mails`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 5)
            let campaign = try await site.startedCampaign(account)
            try await site.put(2, of: account, into: .delivered)
            try await site.put(1, of: account, into: .failed)
            let page = try await ada.get("/campaigns/\(campaign)/")
            #expect(page.body.contains("3 of 5 done"))
            let failed = try await ada.get("/campaigns/\(campaign)/messages/?state=failed")
            #expect(failed.body.contains("250 as told"))
            #expect(failed.body.components("@ada.example") == 1)
            #expect(try await ada.get("/campaigns/\(campaign)/messages/").body.components("@ada.example") == 5)
        }
    }

    @Test func `at the hourly limit the page says so, and when the rest will go`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 3)
            try await site.database.write { tx in
                var sender = try tx.account(account.account).defaultSender()!
                sender.maxPerHour = 2
                try tx.account(account.account).update(sender)
            }
            let campaign = try await site.startedCampaign(account)
            try await site.put(2, of: account, into: .delivered)
            let page = try await ada.get("/campaigns/\(campaign)/")
            #expect(page.body.contains("The hourly limit is reached"))
            #expect(page.body.contains("59 minutes") || page.body.contains("1 h 0 min"))
        }
    }

    @Test func `in its first minute a campaign is as fast as it has been so far`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 4)
            let campaign = try await site.startedCampaign(account)
            try await site.put(1, of: account, into: .delivered)
            try await site.database.write { tx in
                _ = try tx.run("UPDATE campaign SET started_at = \(try tx.now + .seconds(-45)) WHERE id = \(campaign)")
            }
            #expect(try await ada.get("/campaigns/\(campaign)/").body.contains("about 2 minutes left"))
        }
    }

    @Test
    func `what waits for its next try is told with the time that takes and the reason, and leads to the recipient`()
        async throws
    {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let campaign = try await site.startedCampaign(account)
            try await site.put(2, of: account, into: .delivered)
            let message = try await site.database.write { tx in
                try tx.run(
                    """
                    UPDATE message SET next_at = \(try tx.now + .seconds(2 * 3600 + 30)), reason = '451 4.7.1 come back later'
                    WHERE account_id = \(account.account) AND state = 'ready'
                    """)
                return try tx.one("SELECT id, recipient_id FROM message WHERE state = 'ready'") {
                    (try $0.int64(0), try $0.int64(1))
                }
            }
            let page = try await ada.get("/campaigns/\(campaign)/").body
            #expect(page.contains("1 mail is tried again at <time") && !page.contains(" left<"))
            #expect(try await ada.get("/emails/?state=ready").body.contains("451 4.7.1 come back later</p>"))
            let recipient = "href=\"/recipients/\(message.1)/edit/\""
            #expect(try await ada.get("/emails/\(message.0)/").body.contains(recipient))
            _ = try await ada.post("/recipients/\(message.1)/delete/")
            #expect(try await !ada.get("/emails/\(message.0)/").body.contains(recipient))
        }
    }

    @Test func `the queue finds mails by a part of the address, in the state that is shown`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            _ = try await site.startedCampaign(account)
            try await site.put(1, of: account, into: .failed)
            let all = try await ada.get("/emails/?q=P2%40ADA").body
            #expect(all.contains("p2@ada.example</a>") && !all.contains("p1@ada.example"))
            // The search stays while states are changed, and is left by a link.
            #expect(all.contains("href=\"/emails/?q=P2%40ADA&amp;state=failed\""))
            #expect(all.contains("href=\"/emails/\">Show all</a>"))
            let failed = try await ada.get("/emails/?state=failed&q=p2%40ada").body
            #expect(failed.contains("No mail matches.") && !failed.contains("p2@ada.example</a>"))
            #expect(try await ada.get("/emails/?state=failed&q=ada").body.contains("p1@ada.example</a>"))
        }
    }

    @Test func `one mail that waits does not make all others late`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 5)
            let campaign = try await site.startedCampaign(account)
            try await site.put(1, of: account, into: .delivered)
            try await site.database.write { tx in
                let now = try tx.now
                _ = try tx.run("UPDATE campaign SET started_at = \(now + .seconds(-20)) WHERE id = \(campaign)")
                _ = try tx.run(
                    """
                    UPDATE message SET next_at = \(now + .seconds(900))
                    WHERE id = (SELECT MAX(id) FROM message WHERE campaign_id = \(campaign))
                    """)
            }
            let page = try await ada.get("/campaigns/\(campaign)/").body
            #expect(page.contains("about 1 minute left · 1 mail is tried again at"))
            #expect(!page.contains("What is left waits"))
            // Programs read when all of it has ended.
            let told = try await site.program("ada").get("/campaigns/\(campaign)").body["seconds_left"]?.integer ?? 0
            #expect(told > 800)
        }
    }

    @Test func `a cancelled campaign says how many were sent, and one that never began says that`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let early = try await site.draft(account)
            _ = try await ada.post("/campaigns/\(early)/start/", from: "/campaigns/\(early)/")
            _ = try await ada.post("/campaigns/\(early)/cancel/", from: "/campaigns/\(early)/")
            let none = try await ada.get("/campaigns/\(early)/").body
            #expect(none.contains("Cancelled before it began") && !none.contains("0 of 0"))
            let campaign = try await site.startedCampaign(account)
            try await site.database.write { tx in
                var sender = try tx.account(account.account).defaultSender()!
                sender.kind = .smtp
                try tx.account(account.account).update(sender)
            }
            try await site.put(1, of: account, into: .delivered)
            _ = try await ada.post("/campaigns/\(campaign)/cancel/", from: "/campaigns/\(campaign)/")
            _ = try await site.database.write { try $0.sweepCancelled(campaign, limit: 100) }
            let page = try await ada.get("/campaigns/\(campaign)/").body
            #expect(page.contains("1 of 3 sent, 2 cancelled") && !page.contains("3 of 3"))
            #expect(try await ada.get("/campaigns/").body.contains("1 of 3<"))
        }
    }

    @Test func `what was rehearsed is nowhere said to be accepted by a server`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 1)
            let campaign = try await site.startedCampaign(account)
            try await site.put(1, of: account, into: .delivered, saying: Rehearsal.reply)
            let message = try await site.database.read { tx in
                try tx.one("SELECT id FROM message WHERE campaign_id = \(campaign)") { try $0.int64(0) }
            }
            func look() async throws {
                for path in [
                    "/campaigns/\(campaign)/", "/campaigns/\(campaign)/messages/", "/emails/", "/emails/\(message)/",
                    "/logs/", "/recipients/\(account.recipients[0])/edit/",
                ] {
                    let page = try await ada.get(path).body
                    #expect(page.contains(">Rehearsed</span>"), "\(path)")
                    #expect(!page.contains("The server accepted it"), "\(path)")
                    #expect(!page.contains("data-state=\"delivered\">Delivered"), "\(path)")
                }
            }
            try await look()
            #expect(try await ada.get("/").body.contains("Send your first campaign"))
            // It was one, whatever the sender does now.
            try await site.database.write { tx in
                _ = try tx.run("UPDATE campaign SET state = 'finished' WHERE id = \(campaign)")
                var sender = try tx.account(account.account).defaultSender()!
                sender.kind = .smtp
                sender.host = "smtp.example.org"
                try tx.account(account.account).update(sender)
            }
            try await look()
        }
    }

    @Test func `a campaign that stands still says why: its server is away, or all wait for their next try`()
        async throws
    {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let campaign = try await site.startedCampaign(account)
            let path = "/campaigns/\(campaign)/"
            let under = try await ada.get(path).body
            #expect(!under.contains("What is left waits") && !under.contains("Waiting for the mail server"))
            _ = try await site.database.write { tx in
                try tx.run(
                    "UPDATE message SET next_at = \(try tx.now + .seconds(1800)) WHERE account_id = \(account.account)")
            }
            let waiting = try await ada.get(path).body
            #expect(
                waiting.contains("What is left waits for its next try") && waiting.contains("messages/?state=ready"))
            func moveFirst(by seconds: Int) async throws {
                _ = try await site.database.write { tx in
                    try tx.run(
                        """
                        UPDATE message SET next_at = \(try tx.now + .seconds(seconds))
                        WHERE id = (SELECT MIN(id) FROM message WHERE account_id = \(account.account))
                        """)
                }
            }
            try await moveFirst(by: -1)
            #expect(try await !ada.get(path).body.contains("What is left waits"), "one of them may go now")
            try await moveFirst(by: 1800)
            try await site.database.write { tx in
                let epoch = try tx.beginEpoch(node: "test")
                try tx.run(
                    """
                    INSERT INTO sender_work (account_id, sender_id, epoch, rests_until, reason)
                    VALUES (\(account.account), \(account.sender), \(epoch), \(try tx.now + .seconds(300)), 'No answer from mx.')
                    """)
            }
            let away = try await ada.get(path).body
            #expect(away.contains("Waiting for the mail server") && away.contains("No answer from mx."))
            #expect(!away.contains("What is left waits") && !away.contains(" left</"))
        }
    }
}

extension String {
    /// How often the text occurs.
    fileprivate func components(_ text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count - 1
    }
}
