import Campaigns
import NIOConcurrencyHelpers
import Persistence
import PersistenceSQLite
import Testing

@testable import Web

@Suite struct `Campaign pages` {
    @Test func `a campaign without a time starts now, and the engine is woken`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let answer = try await ada.post(
                "/campaigns/create/", ["name": "November", "template": "\(account.template)", "city": "lond"])
            #expect(answer.status == 303)
            let due = try await site.database.read { try $0.dueCampaigns() }
            #expect(due.map(\.name) == ["November"])
            #expect(try AudienceFilter(json: due[0].audienceFilter)[.city] == "lond")
            #expect(site.wakes.withLockedValue { $0 } == 1)
        }
    }

    @Test func `a time is of the browser's zone, and comes back in it`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let answer = try await ada.post(
                "/campaigns/create/",
                [
                    "name": "Later", "template": "\(account.template)", "scheduled_time": "2030-07-01T09:30",
                    "time_zone": "Europe/Berlin",
                ])
            let path = try #require(answer.location)
            let id = try #require(Campaign.ID(path.split(separator: "/").last!))
            let record = try await site.campaign(id, of: account)
            #expect(record?.state == .scheduled)
            #expect(record?.scheduledAt.map { Timestamp($0).machine } == "2030-07-01T07:30:00Z")
            #expect(try await ada.get("\(path)edit/").body.contains("data-utc=\"2030-07-01T07:30:00Z\""))
        }
    }

    @Test func `a time in the past is refused, with an offer to send now`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let late = try await ada.post(
                "/campaigns/create/",
                ["name": "Late", "template": "\(account.template)", "scheduled_time": "2020-01-01T10:00"])
            #expect(late.status == 422)
            #expect(late.body.contains("This time has passed"))
            #expect(late.body.contains("value=\"now\""))
            #expect(late.body.contains("value=\"2020-01-01T10:00\""))
            let now = try await ada.post(
                "/campaigns/create/",
                [
                    "name": "Late", "template": "\(account.template)", "scheduled_time": "2020-01-01T10:00",
                    "action": "now",
                ])
            #expect(now.status == 303)
        }
    }

    @Test func `nobody to send to is refused with a sentence, and a draft of it is kept`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let answer = try await ada.post(
                "/campaigns/create/", ["name": "Empty", "template": "\(account.template)", "city": "Atlantis"])
            #expect(answer.status == 422)
            #expect(answer.body.contains("no recipient matches"))
            let draft = try await ada.post(
                "/campaigns/create/",
                ["name": "Empty", "template": "\(account.template)", "city": "Atlantis", "action": "draft"])
            #expect(draft.status == 303)
            #expect(try await ada.get(try #require(draft.location)).body.contains("This is a draft"))
        }
    }

    @Test func `an SMTP sender without a from address is told with a link`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            try await site.database.write { tx in
                var sender = try tx.account(account.account).defaultSender()!
                sender.kind = .smtp
                sender.host = "smtp.example.org"
                sender.fromEmail = ""
                try tx.account(account.account).update(sender)
            }
            #expect(try await ada.get("/campaigns/create/").body.contains("no from address"))
            let answer = try await ada.post(
                "/campaigns/create/", ["name": "N", "template": "\(account.template)"])
            #expect(answer.status == 422)
            #expect(answer.body.contains("/profile/edit/"))
        }
    }

    @Test func `the count follows the filter and names the unsubscribed`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 4)
            _ = try await site.database.write { tx in
                try tx.run(
                    """
                    INSERT INTO suppression (account_id, email_key, email, reason, created_at)
                    VALUES (\(account.account), 'p1@ada.example', 'p1@ada.example', 'unsubscribed', 1)
                    """)
            }
            let all = try await ada.post("/campaigns/audience/", from: "/campaigns/create/")
            #expect(all.body.contains("4 recipients, 1 of them suppressed"))
            let one = try await ada.post("/campaigns/audience/", ["first_name": "p2"], from: "/campaigns/create/")
            #expect(one.body.contains("1 recipient<"))
        }
    }

    @Test func `before the start the question says how many get it and how long that takes`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 5)
            let campaign = try await site.draft(account)
            _ = try await site.database.write { tx in
                try tx.run(
                    """
                    INSERT INTO suppression (account_id, email_key, email, reason, created_at)
                    VALUES (\(account.account), 'p1@ada.example', 'p1@ada.example', 'unsubscribed', 1)
                    """)
            }
            let path = "/campaigns/\(campaign)/preflight/"
            #expect(try await ada.get("/campaigns/\(campaign)/").body.contains("href=\"\(path)\""))
            let fast = try await ada.get(path).body
            #expect(fast.contains("It goes to 4 recipients. The sender’s limits let all of it go at once."))
            #expect(fast.contains("Ready, and not started yet") && fast.contains("as soon as you start it below"))
            #expect(!fast.contains("data-confirm=\"It"))
            try await site.database.write { tx in
                var sender = try tx.account(account.account).defaultSender()!
                sender.maxPerHour = 1
                try tx.account(account.account).update(sender)
            }
            let slow = "It goes to 4 recipients. By the sender’s limits it is done in 3 h 0 min."
            #expect(try await ada.get(path).body.contains(slow))
        }
    }

    @Test func `a form is checked first, then asked about once, and not started before the answer`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let empty = try await ada.post(
                "/campaigns/create/", ["name": "", "template": "\(account.template)", "asks": "on", "action": "start"])
            #expect(empty.status == 422 && !empty.body.contains("data-confirm=\"It"))
            #expect(empty.body.contains("<a class=\"link\" href=\"#name\">Name</a>: Please fill in this field."))
            let saved = try await ada.post(
                "/campaigns/create/", ["name": "N", "template": "\(account.template)", "asks": "on", "action": "start"])
            let page = try #require(saved.location)
            #expect(page.hasSuffix("/preflight/"))
            let id = try #require(Campaign.ID(page.split(separator: "/")[1]))
            #expect(try await site.campaign(id, of: account)?.state == .draft)
            let asked = try await ada.get(page).body
            #expect(asked.contains("Ready, and not started yet") && asked.contains("It goes to 3 recipients."))
            #expect(!asked.contains("toast-content"), "what matters does not vanish")
            let start = try await ada.post("/campaigns/\(id)/start/", ["agreed": "", "when": "now"], from: page)
            #expect(start.location == "/campaigns/\(id)/")
            #expect(try await site.campaign(id, of: account)?.state == .scheduled)
        }
    }

    @Test func `a scheduled campaign stays so when it is changed, and is taken back to a draft by name`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let made = try await ada.post(
                "/campaigns/create/",
                ["name": "Later", "template": "\(account.template)", "scheduled_time": "2030-07-01T09:30"])
            let page = try #require(made.location)
            let id = try #require(Campaign.ID(page.split(separator: "/").last!))
            let shown = try await ada.get(page).body
            #expect(shown.contains("<a class=\"btn\" href=\"\(page)edit/\">") && shown.contains("\(page)unschedule/"))
            let form = try await ada.get("\(page)edit/").body
            #expect(form.contains("Save changes") && form.contains("Back to draft"))
            #expect(!form.contains("value=\"start\"") && !form.contains("Empty means now"))
            func post(_ action: String, _ time: String) async throws -> TestBrowser.Answer {
                try await ada.post(
                    "\(page)edit/",
                    [
                        "name": "Renamed", "template": "\(account.template)", "asks": "on", "action": action,
                        "scheduled_time": time,
                    ])
            }
            #expect(try await post("save", "2030-07-02T09:30").location == page)
            var record = try await site.campaign(id, of: account)
            #expect(record?.state == .scheduled && record?.name == "Renamed")
            #expect(record?.scheduledAt.map { Timestamp($0).machine } == "2030-07-02T09:30:00Z")
            #expect(try await ada.get(page).body.contains("starts by itself at its time"))
            // Nobody starts it by emptying a field.
            let timeless = try await post("save", "")
            #expect(timeless.status == 422 && timeless.body.contains("Save changes"))
            #expect(try await post("draft", "2030-07-02T09:30").location == page)
            #expect(try await ada.get(page).body.contains("it does not go out until you start it"))
            record = try await site.campaign(id, of: account)
            #expect(record?.state == .draft && record?.scheduledAt != nil)
            // A page that is older than that does not schedule it again.
            #expect(try await post("save", "2030-07-02T09:30").location == page)
            #expect(try await site.campaign(id, of: account)?.state == .draft)
        }
    }

    @Test func `what is scheduled is taken back by its page, and what has begun is not`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let draft = try await site.draft(account)
            _ = try await ada.post("/campaigns/\(draft)/start/", from: "/campaigns/\(draft)/")
            _ = try await ada.post("/campaigns/\(draft)/unschedule/", from: "/campaigns/\(draft)/")
            #expect(try await site.campaign(draft, of: account)?.state == .draft)
            let begun = try await site.startedCampaign(account)
            _ = try await ada.post("/campaigns/\(begun)/unschedule/", from: "/campaigns/\(begun)/")
            #expect(try await site.campaign(begun, of: account)?.state.isUnderWay == true)
            #expect(try await ada.get("/campaigns/\(begun)/").body.contains("not possible any more"))
        }
    }

    @Test func `picked recipients are kept while others are searched, and only they are meant`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 4)
            let picks = try await ada.post(
                "/campaigns/picks/",
                ["selection": "picked", "recipients": "\(account.recipients[0])", "pick_search": "p3@"],
                from: "/campaigns/create/")
            #expect(picks.body.contains("value=\"\(account.recipients[0])\" checked"))
            #expect(picks.body.contains("p3@ada.example"))
            #expect(!picks.body.contains("p2@ada.example"))
            let count = try await ada.post(
                "/campaigns/audience/",
                ["selection": "picked", "recipients": "\(account.recipients[0]),\(account.recipients[2])"],
                from: "/campaigns/create/")
            #expect(count.body.contains("2 recipients"))
        }
    }

    @Test func `a campaign is edited until it begins`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let draft = try await site.draft(account)
            let answer = try await ada.post(
                "/campaigns/\(draft)/edit/",
                ["name": "Renamed", "template": "\(account.template)", "action": "draft"])
            #expect(answer.status == 303)
            #expect(try await site.campaign(draft, of: account)?.name == "Renamed")
            let begun = try await site.startedCampaign(account)
            let late = try await ada.post(
                "/campaigns/\(begun)/edit/", ["name": "Other", "template": "\(account.template)"],
                from: "/campaigns/create/")
            #expect(late.location == "/campaigns/\(begun)/")
            #expect(try await site.campaign(begun, of: account)?.name == "November")
        }
    }

    @Test func `start, pause, resume and cancel do what they say, and only when it is possible`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let draft = try await site.draft(account)
            _ = try await ada.post("/campaigns/\(draft)/start/", from: "/campaigns/\(draft)/")
            #expect(try await site.campaign(draft, of: account)?.state == .scheduled)

            let campaign = try await site.startedCampaign(account)
            let page = "/campaigns/\(campaign)/"
            for (verb, state) in [("pause", CampaignState.paused), ("resume", .planning), ("cancel", .cancelled)] {
                _ = try await ada.post("\(page)\(verb)/", from: page)
                #expect(try await site.campaign(campaign, of: account)?.state == state, "\(verb)")
            }
            _ = try await ada.post("\(page)resume/", from: page)
            #expect(try await site.campaign(campaign, of: account)?.state == .cancelled)
            #expect(try await ada.get(page).body.contains("not possible any more"))
        }
    }

    @Test func `whoever cancels a campaign is not asked with two buttons of the same name`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let campaign = try await site.startedCampaign(site.equip("ada"))
            let page = try await ada.get("/campaigns/\(campaign)/").body
            #expect(page.contains("data-confirm-label=\"Cancel the campaign\" data-confirm-no=\"Do not cancel\""))
        }
    }

    @Test func `what is picked is meant, whatever stands in the filter`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let count = try await ada.post(
                "/campaigns/audience/",
                [
                    "selection": "picked", "recipients": "\(account.recipients[0])", "city": "Atlantis",
                    "search": "nobody",
                ],
                from: "/campaigns/create/")
            #expect(count.body.contains("1 recipient<"))
        }
    }

    @Test func `the stream tells the progress and ends with the campaign`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 2)
            let campaign = try await site.startedCampaign(account)
            try await site.put(2, of: account, into: .delivered)
            let stream = try await ada.get("/campaigns/\(campaign)/live/")
            #expect(stream.header("Content-Type")?.hasPrefix("text/event-stream") == true)
            #expect(stream.body.contains("event: progress"))
            #expect(stream.body.contains("event: facts") && stream.body.contains("<dt>Started</dt>"))
            #expect(stream.body.contains("2 of 2 done"))
            #expect(stream.body.contains("event: done"))
        }
    }

    @Test func `a person settles what nobody knows, and the counters stay exact`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 3)
            let campaign = try await site.startedCampaign(account)
            try await site.put(3, of: account, into: .unknown)
            let path = "/campaigns/\(campaign)/messages/?state=unknown"
            let page = try await ada.get(path)
            let message = try #require(page.body.firstMatch(of: /name="message" value="(\d+)"/)?.1)
            let settle = "/campaigns/\(campaign)/messages/settle/"
            _ = try await ada.post(
                settle, ["state": "unknown", "settlement": "delivered", "message": String(message)], from: path)
            _ = try await ada.post(settle, ["state": "unknown", "settlement": "again"], from: path)
            let tallies = try await site.tallies(campaign, of: account)
            #expect(tallies.counted == [.delivered: 1, .ready: 2])
            #expect(tallies.rows == tallies.counted)
            let late = try await ada.post(settle, ["state": "delivered", "settlement": "again"], from: path)
            #expect(late.status == 303)
            #expect(try await site.tallies(campaign, of: account).counted == [.delivered: 1, .ready: 2])
        }
    }

    @Test func `a finished campaign is duplicated and deleted, one under way is not deleted`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 1)
            let campaign = try await site.startedCampaign(account)
            let page = "/campaigns/\(campaign)/"
            _ = try await ada.post("\(page)delete/", from: page)
            #expect(try await ada.get(page).body.contains("Cancel it first"))
            try await site.put(1, of: account, into: .delivered)
            let copy = try await ada.post("\(page)duplicate/", from: page)
            #expect(try await ada.get(try #require(copy.location)).body.contains("November (copy)"))
            _ = try await ada.post("\(page)delete/", from: page)
            #expect(try await ada.get(page).status == 404)
        }
    }
}
