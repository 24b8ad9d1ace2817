import Campaigns
import HTTPTypes
import Persistence
import PersistenceSQLite
import Testing

@testable import Web

@Suite struct `Templates and campaigns of another account` {
    @Test func `are not found by any address`() async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            let account = try await site.equip("ada")
            let campaign = try await site.startedCampaign(account)
            try await site.put(2, of: account, into: .unknown)
            let before = try await site.tallies(campaign, of: account).counted
            let bob = try await site.member("bob")
            _ = try await site.equip("bob")
            for entry in site.entries where entry.access == .member && entry.path.contains("{id}") {
                let id =
                    entry.path.hasPrefix("/templates/")
                    ? "\(account.template)" : entry.path.hasPrefix("/campaigns/") ? "\(campaign)" : nil
                guard let id else { continue }
                let path = entry.path.replacing("{id}", with: id)
                let answer =
                    entry.method == .get
                    ? try await bob.get(path)
                    : try await bob.post(
                        path,
                        [
                            "state": "unknown", "settlement": "again", "name": "x", "template": "1", "subject": "x",
                            "body": "x",
                        ],
                        from: "/templates/create/")
                #expect(answer.status == 404, "\(entry.method) \(path)")
            }
            #expect(try await site.tallies(campaign, of: account).counted == before)
            #expect(try await site.campaign(campaign, of: account)?.state == .sending)
            #expect(try await site.campaign(campaign, of: account)?.name == "November")
            for path in ["/templates/", "/campaigns/"] {
                let list = try await bob.get(path)
                #expect(!list.body.contains("November"), "\(path)")
                #expect(!list.body.contains("\(path)\(account.template)/edit/") || path == "/campaigns/")
            }
        }
    }

    @Test func `are refused in forms`() async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            let adas = try await site.equip("ada")
            let bob = try await site.member("bob")
            let bobs = try await site.equip("bob")
            let foreign = try await bob.post(
                "/campaigns/create/", ["name": "Theft", "template": "\(adas.template)"])
            #expect(foreign.status == 404)
            #expect(foreign.body.contains("one of your templates"))
            #expect(foreign.body.contains("value=\"Theft\""), "what was typed comes back")
            let draft = try await site.draft(bobs)
            let edit = try await bob.post(
                "/campaigns/\(draft)/edit/", ["name": "Theft", "template": "\(adas.template)", "action": "draft"])
            #expect(edit.status == 404)
            // Another account's recipients cannot be picked: they are nobody here.
            let picked = try await bob.post(
                "/campaigns/create/",
                [
                    "name": "Theft", "template": "\(bobs.template)", "selection": "picked",
                    "recipients": "\(adas.recipients[0])",
                ])
            #expect(picked.status == 404)
            #expect(!picked.body.contains("ada.example"))
            let picks = try await bob.post(
                "/campaigns/picks/",
                ["selection": "picked", "recipients": "\(adas.recipients[0])", "pick_search": "p1"],
                from: "/campaigns/create/")
            #expect(!picks.body.contains("ada.example"))
            // A message of another account's campaign, named in a form about one's own.
            let campaign = try await site.startedCampaign(adas)
            try await site.put(1, of: adas, into: .unknown)
            let message = try await site.database.read {
                try $0.account(adas.account).messages(of: campaign, state: .unknown, limit: 1)[0].id
            }
            let own = try await site.startedCampaign(bobs)
            let settled = try await bob.post(
                "/campaigns/\(own)/messages/settle/",
                ["state": "unknown", "settlement": "again", "message": "\(message)"], from: "/campaigns/\(own)/")
            #expect(settled.status == 404)
            #expect(try await site.tallies(campaign, of: adas).rows[.unknown] == 1)
        }
    }

    @Test func `give no recipient to a preview`() async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            _ = try await site.equip("ada")
            let bob = try await site.member("bob")
            let part = try await bob.post(
                "/templates/preview/",
                ["subject": "{email}", "body": "<p>x</p>", "preview_recipient": "p1@ada.example"],
                from: "/templates/create/")
            #expect(!part.body.contains("&lt;p1@ada.example"))
        }
    }
}
