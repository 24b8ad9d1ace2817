import PersistenceSQLite
import NIOHTTP1
import NIOConcurrencyHelpers
import Campaigns
import Foundation
import Persistence
import TestSupport
import Testing
import Vault

@testable import Web

@Suite struct `Pages` {
    @Test func `a new account sees its first steps and that it rehearses`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let page = try await ada.get("/")
            #expect(page.status == 200)
            #expect(page.body.contains("First steps"))
            #expect(page.body.contains("Rehearsal: nothing leaves this server"))
        }
    }

    @Test func `the dashboard counts what there is`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            _ = try await site.furnish("ada")
            let page = try await ada.get("/")
            #expect(page.body.contains("Adas campaign"))
            #expect(page.body.contains("0 of 1 done, 0 failed"))
        }
    }

    @Test func `a mail is shown in a frame that can run nothing`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let message = try await site.furnish("ada").message
            let page = try await ada.get("/emails/\(message)/")
            #expect(page.status == 200)
            #expect(page.body.contains("Grüße"))
            #expect(page.body.contains("sandbox src=\"/emails/\(message)/html/\""))
            #expect(!page.body.contains("<script>alert"))
            let frame = try await ada.get("/emails/\(message)/html/")
            let policy = frame.header("Content-Security-Policy") ?? ""
            #expect(policy.hasPrefix("sandbox; default-src 'none'"))
            #expect(!policy.contains("script-src"))
            let source = try await ada.get("/emails/\(message)/source/")
            #expect(source.header("Content-Disposition")?.hasPrefix("attachment") == true)
        }
    }

    @Test func `one mail is queued for a recipient by address, and wakes the engine`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let things = try await site.furnish("ada")
            let answer = try await ada.post(
                "/emails/create/", ["recipient": "Ada-Private@Example.org", "template": "\(things.template)"])
            #expect(answer.status == 303)
            #expect(site.wakes.withLockedValue { $0 } == 1)
            let due = try await site.database.read { try $0.dueCampaigns() }
            #expect(due.map(\.kind) == [.single])
            let unknown = try await ada.post(
                "/emails/create/", ["recipient": "who@example.org", "template": "\(things.template)"])
            #expect(unknown.status == 422)
            #expect(unknown.body.contains("None of your recipients has this address."))
        }
    }

    @Test func `the same single mail a second time is asked about first`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let things = try await site.furnish("ada")
            func queue(_ more: [(String, String)]) async throws -> TestBrowser.Answer {
                let fields = [("recipient", "Ada-Private@Example.org"), ("template", "\(things.template)")]
                return try await ada.post("/emails/create/", fields: fields + more)
            }
            func mails() async throws -> Int {
                try await site.database.read { try $0.count("SELECT COUNT(*) FROM campaign WHERE kind = 'single'") }
            }
            let before = try await mails()
            #expect(try await queue([("asks", "on")]).status == 303)
            let asked = try await queue([("asks", "on")])
            #expect(asked.status == 422 && asked.body.contains("Is this mail meant twice?"))
            #expect(asked.body.contains(#"name="again" value="on""#))
            #expect(try await mails() == before + 1)
            #expect(try await queue([("asks", "on"), ("again", "on")]).status == 303)
            // A program is not asked.
            #expect(try await queue([]).status == 303)
            #expect(try await mails() == before + 3)
            #expect(try await !ada.get("/emails/create/?again=on").body.contains(#"name="again""#))
        }
    }

    @Test func `a waiting mail can be sent now, one that was sent cannot`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let message = try await site.furnish("ada").message
            let now = try await ada.post("/email_send_candidate/\(message)/send_now/", from: "/emails/\(message)/")
            #expect(now.location == "/emails/\(message)/")
            let page = try await ada.get("/emails/\(message)/")
            #expect(page.body.contains("This mail is next"))
            try await site.database.write { tx in
                _ = try tx.run("UPDATE message SET state = 'delivered' WHERE id = \(message)")
            }
            _ = try await ada.post("/email_send_candidate/\(message)/send_now/", from: "/profile/edit/")
            let after = try await ada.get("/emails/\(message)/")
            #expect(after.body.contains("does not wait any more"))
        }
    }

    @Test func `the log is filtered, paged and exported whole`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let things = try await site.furnish("ada")
            try await site.database.write { tx in
                for number in 1...120 {
                    let outcome = number % 40 == 0 ? "failed" : "delivered"
                    try tx.run(
                        """
                        INSERT INTO attempt (account_id, campaign_id, message_id, at, outcome, code, reply, email)
                        VALUES (\(things.account), \(things.campaign), \(things.message), \(number), \(outcome), 250,
                                \("answer \(number)."), 'x@example.org')
                        """)
                }
            }
            let first = try await ada.get("/logs/")
            #expect(
                first.body.contains("answer 120.") && first.body.contains("answer 71.")
                    && !first.body.contains("answer 70."))
            let link = try #require(first.body.firstMatch(of: /\/logs\/\?before=\d+/))
            let second = try await ada.get(String(link.output))
            #expect(second.body.contains("answer 70.") && !second.body.contains("answer 71."))
            let failed = try await ada.get("/logs/?outcome=failed")
            #expect(failed.body.contains("answer 80.") && !failed.body.contains("answer 79."))
            let export = try await ada.get("/logs/export/")
            #expect(export.body.split(separator: "\r\n").count == 121)
        }
    }

    @Test func `the log says and asks which campaign each entry is of`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let things = try await site.furnish("ada")
            try await site.database.write { tx in
                try tx.run("UPDATE campaign SET name = 'Spring & sale' WHERE id = \(things.campaign)")
                let single = try tx.one(
                    """
                    INSERT INTO campaign (account_id, kind, name, state, sender_id, created_at, updated_at)
                    SELECT account_id, 'single', 'Your invoice', state, sender_id, created_at, updated_at
                    FROM campaign WHERE id = \(things.campaign) RETURNING id
                    """
                ) { try $0.int64(0) }
                for (campaign, message, answer) in [
                    (things.campaign.rawValue, things.message.rawValue, "first answer"), (single, 999, "second answer"),
                ] {
                    try tx.run(
                        """
                        INSERT INTO attempt (account_id, campaign_id, message_id, at, outcome, code, reply, email)
                        VALUES (\(things.account), \(campaign), \(message), 1, 'delivered', 250, \(answer),
                            'x@example.org')
                        """)
                }
            }
            let all = try await ada.get("/logs/").body
            #expect(all.contains("<a href=\"/campaigns/\(things.campaign)/\">Spring &amp; sale</a>"))
            #expect(all.contains(">Single mail</div>") && all.contains("second answer"))
            #expect(all.contains("<option value=\"\(things.campaign)\">Spring &amp; sale</option>"))
            let one = try await ada.get("/logs/?outcome=&campaign=\(things.campaign)&email=").body
            #expect(one.contains("first answer") && !one.contains("second answer"))
            #expect(one.contains("<option value=\"\(things.campaign)\" selected>Spring &amp; sale</option>"))
            let export = try await ada.get("/logs/export/?campaign=\(things.campaign)").body.split(separator: "\r\n")
            #expect(export.map { $0.split(separator: ",").last } == ["campaign", "Spring & sale"])
        }
    }

    @Test func `an open event stream does not keep the server from stopping`() async throws {
        let clock = ContinuousClock()
        let (stream, opened) = try await withSite { site in
            let ada = try await site.member("ada")
            let stream = Task { [copy = ada.copy()] in try await copy.get("/live/").body }
            while await site.openStreams() == 0 { await Task.yield() }
            return (stream, clock.now)
        }
        _ = await stream.result
        #expect(clock.now - opened < .seconds(20))
    }
}
