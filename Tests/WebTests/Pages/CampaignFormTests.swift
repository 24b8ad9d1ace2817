import Campaigns
import Persistence
import PersistenceSQLite
import Testing

@testable import Web

/// What comes of a form that is sent more than once.
@Suite struct `The form of a new campaign` {
    @Test func `who goes back and starts again is led to the campaign that was started`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            func start(_ name: String, city: String = "") async throws -> TestBrowser.Answer {
                try await ada.post(
                    "/campaigns/create/",
                    ["name": name, "template": "\(account.template)", "action": "start", "asks": "on", "city": city])
            }
            func campaigns() async throws -> [CampaignRecord] {
                try await site.database.read { try $0.account(account.account).campaigns(limit: 10) }
            }
            // What there is to look at first is looked at in the preflight.
            var first = try await start("November").location ?? ""
            if first.hasSuffix("preflight/") {
                let campaign = first.replacing("preflight/", with: "")
                let agreed = try await ada.get(first).body.firstMatch(of: /name="agreed" value="([^"]*)"/)
                _ = try await ada.post(
                    campaign + "start/", ["agreed": String(agreed?.1 ?? ""), "when": "now"], from: first)
                first = campaign
            }
            #expect(try await campaigns().map(\.state) == [.scheduled])
            _ = try await ada.get(first)
            let again = try await start("November")
            #expect(again.status == 303 && again.location == first)
            #expect(try await ada.get(first).body.contains("was started already"))
            #expect(try await campaigns().count == 1)
            // Another audience or name is another campaign, and so is one that comes after a cancelled one.
            _ = try await start("November", city: "London")
            _ = try await start("November again")
            #expect(try await campaigns().count == 3)
            _ = try await ada.post(first + "cancel/", from: first)
            #expect(try await start("November").location != first)
            #expect(try await campaigns().count == 4)
        }
    }

    @Test func `who goes back from the check to change something changes the campaign, and makes no second one`()
        async throws
    {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let create = "/campaigns/create/"
            let form = try #require(try await ada.get(create).body.firstMatch(of: /name="form" value="([^"]+)"/)).1
            func send(_ name: String, _ action: String) async throws -> TestBrowser.Answer {
                try await ada.post(
                    create,
                    [
                        "name": name, "template": "\(account.template)", "action": action, "asks": "on",
                        "form": String(form),
                    ])
            }
            func names() async throws -> [String] {
                try await site.database.read { try $0.account(account.account).campaigns(limit: 10).map(\.name) }
            }
            // A mistake keeps the form what it is.
            let mistaken = try await send("", "draft")
            #expect(mistaken.status == 422 && mistaken.body.contains("name=\"form\" value=\"\(form)\""))
            let first = try await send("Novmber", "draft")
            let second = try await send("November", "draft")
            #expect(first.location == second.location)
            #expect(try await names() == ["November"])
            // Twice at once, by a form that has made nothing yet.
            let twin = try #require(try await ada.get(create).body.firstMatch(of: /name="form" value="([^"]+)"/)).1
            let fields: KeyValuePairs = [
                "name": "December", "template": "\(account.template)", "action": "draft", "asks": "on",
                "form": String(twin),
            ]
            let cookies = ada.cookies
            let made = try await withThrowingTaskGroup(of: String?.self) { tasks in
                for _ in 0..<4 {
                    tasks.addTask {
                        let browser = site.browser()
                        browser.cookies = cookies
                        return try await browser.post(create, fields).location
                    }
                }
                return try await tasks.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(made.count == 1 && made.first != first.location)
            #expect(try await names() == ["December", "November"])
            // Another form is another campaign, and so is the same one of another account.
            let next = try #require(try await ada.get(create).body.firstMatch(of: /name="form" value="([^"]+)"/)).1
            #expect(next != form)
            let eve = try await site.member("eve")
            let eves = try await site.equip("eve")
            let theirs = try await eve.post(
                create,
                ["name": "Theirs", "template": "\(eves.template)", "action": "draft", "form": String(form)])
            #expect(theirs.status == 303 && theirs.location != first.location)
            #expect(try await names().count == 2)
            // Who goes back to the page of the form, which scripts have put into its address, is led to what it made.
            #expect(try await ada.get(create + "?form=\(form)").location == first.location! + "edit/")
            #expect(try await eve.get(create + "?form=\(twin)").status == 200)
            // What has begun is not changed by it.
            let campaign = try #require(Campaign.ID(first.location!.split(separator: "/")[1]))
            try await site.database.write {
                _ = try $0.run("UPDATE campaign SET state = 'sending' WHERE id = \(campaign)")
            }
            #expect(try await send("January", "draft").location == first.location)
            #expect(try await ada.get(create + "?form=\(form)").location == first.location)
            #expect(try await names() == ["December", "November"])
        }
    }

    @Test(arguments: ["%00", "%C3%A9", "a%22%3E%3Cscript%3E", String(repeating: "a", count: 65)])
    func `that calls itself by no name of ours gets one`(_ name: String) async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            _ = try await site.equip("ada")
            let page = try await ada.get("/campaigns/create/?form=" + name)
            #expect(page.status == 200)
            let given = try #require(page.body.firstMatch(of: /name="form" value="([A-Za-z0-9_-]{20,64})"/)).1
            #expect(given != name)
        }
    }
}
