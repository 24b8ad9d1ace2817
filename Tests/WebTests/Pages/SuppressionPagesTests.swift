import Campaigns
import Foundation
import Importing
import NIOHTTP1
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@testable import Web

@Suite struct `The suppression list's pages` {
    @Test func `pasted addresses are suppressed, all of them or none`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 2)
            let campaign = try await site.startedCampaign(account)
            let wrong = try await ada.post(
                "/suppressions/add/", ["addresses": "p1@ada.example\nnobody, bob@example.org"])
            #expect(wrong.status == 422)
            #expect(wrong.body.contains("Line 2: ") && wrong.body.contains("nobody, bob@example.org"))
            #expect(try await site.suppressedAddresses("ada") == [])
            let right = try await ada.post(
                "/suppressions/add/",
                ["addresses": "P1@ada.example\n Zoe <zoe@example.org>, bob@example.org;\n", "note": "by phone"])
            #expect(right.location == "/suppressions/")
            #expect(
                try await site.suppressedAddresses("ada") == [
                    "bob@example.org blocked by phone", "P1@ada.example blocked by phone",
                    "zoe@example.org blocked by phone",
                ])
            #expect(try await site.tallies(campaign, of: account).counted == [.ready: 1, .cancelled: 1])
            let list = try await ada.get("/suppressions/?q=zoe")
            #expect(list.body.contains("zoe@example.org") && !list.body.contains("bob@example.org"))
            #expect(list.body.contains("3 addresses are suppressed"))
        }
    }

    @Test func `a long list is there without being counted to its end`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.account(of: "ada")
            try await site.database.write { tx in
                _ = try tx.run(
                    """
                    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= 100000)
                    INSERT INTO suppression (account_id, email_key, email, reason, created_at)
                    SELECT \(account), 'p' || i || '@example.org', 'p' || i || '@example.org', 'bounced', i FROM n
                    """)
            }
            let list = try await ada.get("/suppressions/?q=p77777")
            #expect(list.body.contains("More than 100,000 addresses are suppressed"))
            #expect(list.body.contains("p77777@example.org") && !list.body.contains("p77778@"))
        }
    }

    @Test func `a file is imported, its wrong lines are told, and an export comes back as it was`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let file = """
                \u{FEFF}E-Mail;Reason;Note\r
                Ann@Example.org;spam complaint;\r
                bob@example.org;unsubscribed;"too; many"\r
                nobody;;\r
                carl@example.org;dormant;old\r
                ANN@example.org;;twice\r
                """
            let answer = try await ada.suppressionFile(file)
            #expect(answer.status == 200)
            #expect(answer.body.contains("3 addresses were added."))
            #expect(answer.body.contains("1 line was left out:") && answer.body.contains("Line 4: "))
            #expect(answer.body.contains("1 was on the list already"))
            let expected = [
                "Ann@example.org complained ", "bob@example.org unsubscribed too; many",
                "carl@example.org blocked dormant · old",
            ]
            #expect(try await site.suppressedAddresses("ada") == expected)
            let export = try await ada.get("/suppressions/export/")
            _ = try await site.member("eve")
            let eve = try await site.member("zoe")
            let again = try await eve.suppressionFile(export.body)
            #expect(again.body.contains("3 addresses were added."))
            #expect(try await site.suppressedAddresses("zoe") == expected)
            let some = try await ada.get("/suppressions/export/?reason=complained")
            #expect(some.body.contains("Ann@example.org") && !some.body.contains("bob@"))
            let workbook = try await ada.suppressionFile("PK\u{3}\u{4}\u{14}\u{0}xl/workbook.xml\n")
            #expect(workbook.status == 422)
            #expect(workbook.body.contains("This is a workbook of Excel or LibreOffice"))
            let none = try await ada.suppressionFile("name,city\r\nAda,London\r\n")
            #expect(none.status == 422 && none.body.contains("No column with addresses"))
        }
    }

    @Test func `an address is taken off with a reason, and who unsubscribed only when they asked for it`() async throws
    {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.account(of: "ada")
            try await site.database.write {
                _ = try $0.account(account).suppress([
                    NewSuppression(key: "bob@example.org", email: "bob@example.org", reason: .unsubscribed),
                    NewSuppression(key: "ann@example.org", email: "ann@example.org", reason: .bounced),
                ])
            }
            let page = "/suppressions/remove/?email=bob@example.org"
            #expect(try await ada.get(page).body.contains("asked me for mails again"))
            let without = try await ada.post(
                "/suppressions/remove/", ["email": "bob@example.org", "why": ""], from: page)
            #expect(without.status == 422)
            let unasked = try await ada.post(
                "/suppressions/remove/", ["email": "bob@example.org", "why": "x"], from: page)
            #expect(unasked.status == 422 && unasked.body.contains("decided to get nothing"))
            #expect(try await site.suppressedAddresses("ada").count == 2)
            let asked = try await ada.post(
                "/suppressions/remove/", ["email": "BOB@example.org", "why": "He <b>wrote</b>.", "asked": "on"],
                from: page)
            #expect(asked.location == "/suppressions/")
            let bounced = try await ada.post(
                "/suppressions/remove/", ["email": "ann@example.org", "why": "A full mailbox."],
                from: page.replacing("bob", with: "ann"))
            #expect(bounced.location == "/suppressions/")
            #expect(try await site.suppressedAddresses("ada") == [])
            let history = try await ada.get("/suppressions/removed/")
            #expect(history.body.contains("He &lt;b&gt;wrote&lt;/b&gt;.") && history.body.contains("A full mailbox."))
        }
    }

    @Test func `all that match are taken off together, after a question that counts them`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 1)
            let campaign = try await site.startedCampaign(account)
            try await site.database.write { tx in
                let scope = tx.account(account.account)
                _ = try scope.suppress(
                    (0..<4100).map {
                        NewSuppression(
                            key: "u\($0)@example.org", email: "u\($0)@example.org", reason: .nonexistent,
                            campaign: $0 < 4000 ? campaign : nil)
                    })
                _ = try scope.suppress([
                    NewSuppression(
                        key: "bob@example.org", email: "bob@example.org", reason: .complained, campaign: campaign)
                ])
            }
            let list = try await ada.get(
                "/suppressions/?reason=nonexistent&since=2026-01-01T00:00&time_zone=Europe/Berlin")
            #expect(list.body.contains("since=2025-12-31T23%3A00%3A00Z") && list.body.contains("Remove matches"))
            #expect(try await !ada.get("/suppressions/").body.contains("Remove matches"))
            #expect(try await ada.get("/suppressions/remove-matching/").location == "/suppressions/")
            let page = "/suppressions/remove-matching/?campaign=\(campaign.rawValue)"
            let question = try await ada.get(page)
            #expect(question.body.contains("Take 4,000 addresses off the list?"))
            #expect(question.body.contains("and 3,990 more") && question.body.contains("1 more matches and stays"))
            let shown = try #require(question.body.firstMatch(of: /name="before" value="([^"]+)"/))
            let (before, number) = (String(shown.1), "\(campaign.rawValue)")
            let empty = try await ada.post(
                "/suppressions/remove-matching/", ["campaign": number, "before": before], from: page)
            #expect(empty.status == 422)
            let unlimited = try await ada.post(
                "/suppressions/remove-matching/", ["campaign": number, "why": "x"], from: page)
            #expect(unlimited.location == "/suppressions/")
            #expect(try await site.suppressedAddresses("ada").count == 4101)
            // What comes while the question stands is not meant.
            try await site.database.write {
                _ = try $0.account(account.account).suppress([
                    NewSuppression(
                        key: "z@example.org", email: "z@example.org", reason: .nonexistent, campaign: campaign)
                ])
            }
            let done = try await ada.post(
                "/suppressions/remove-matching/",
                ["campaign": number, "before": before, "why": "Their <i>fault</i>."], from: page)
            #expect(done.location == "/suppressions/")
            let left = try await site.suppressedAddresses("ada")
            #expect(
                left.count == 102 && left.contains("bob@example.org complained ")
                    && left.contains { $0.hasPrefix("z@") })
            #expect(try await ada.get("/suppressions/removed/").body.contains("Their &lt;i&gt;fault&lt;/i&gt;."))
            let eve = try await site.member("eve")
            let strange = try await eve.get(page)
            #expect(strange.body.contains("Nothing of what matches") && !strange.body.contains("@example.org</li>"))
        }
    }

    @Test func `what a form says of those that were removed before cannot stop the server`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            _ = try await ada.post("/suppressions/add/", ["addresses": "a@example.org b@example.org"])
            let answer = try await ada.post(
                "/suppressions/remove-matching/",
                ["q": "example", "before": "2199-01-01T00:00:00Z", "why": "x", "removed": "9223372036854775807"],
                from: "/suppressions/add/")
            #expect(answer.location == "/suppressions/")
            #expect(try await site.suppressedAddresses("ada").isEmpty)
        }
    }

    @Test func `another account neither sees nor removes an address`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let eve = try await site.member("eve")
            _ = try await ada.post("/suppressions/add/", ["addresses": "secret@example.org"])
            for path in [
                "/suppressions/", "/suppressions/?q=secret", "/suppressions/export/", "/suppressions/removed/",
            ] {
                #expect(try await !eve.get(path).body.contains("secret@example.org</"), "\(path)")
            }
            #expect(try await eve.get("/suppressions/remove/?email=secret@example.org").status == 404)
            let token = try await eve.get("/suppressions/add/").formToken
            let taken = try await eve.post(
                "/suppressions/remove/", ["email": "secret@example.org", "why": "x", "asked": "on"], token: token)
            #expect(taken.status == 404)
            #expect(try await site.suppressedAddresses("ada") == ["secret@example.org blocked "])
        }
    }

    @Test func `an import of recipients brings nobody back`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            _ = try await ada.post("/suppressions/add/", ["addresses": "p2@example.org"])
            let sent = try await ada.upload("people.csv", "email\r\np1@example.org\r\nP2@EXAMPLE.ORG\r\n")
            let path = try #require(sent.location)
            _ = try await ada.settled(path, "Import 2 recipients")
            _ = try await ada.post(path + "confirm/", from: path)
            _ = try await ada.settled(path, "Your recipients are up to date")
            let account = try await site.account(of: "ada")
            let size = try await site.database.read { try $0.account(account).audienceSize(AudienceFilter()) }
            #expect(size.matching == 2 && size.suppressed == 1)
            #expect(try await site.suppressedAddresses("ada") == ["p2@example.org blocked "])
        }
    }

    @Test func `programs list, add and remove by the API`() async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            let program = try await site.program("ada")
            let added = try await program.post(
                "/suppressions", ["emails": ["Ann@example.org", "bob@example.org"], "reason": "unsubscribed"])
            #expect(added.body == ["added": 2, "known": 0])
            let wrong = try await program.post("/suppressions", ["emails": ["carl@example.org", "nobody"]])
            #expect(wrong.status == 422 && wrong.fields == ["emails[1]"])
            let first = try await program.get("/suppressions?limit=1")
            #expect(first.items.count == 1)
            let next = try #require(first.body["next"]?.text)
            let second = try await program.get(next)
            #expect(second.items.count == 1 && second.items != first.items && second.body["next"] == .null)
            #expect(try await program.get("/suppressions?after=x").status == 400)
            let refused = try await program.post("/suppressions/remove", ["email": "ann@example.org", "why": "x"])
            #expect(refused.status == 409)
            let done = try await program.post(
                "/suppressions/remove", ["email": "ann@example.org", "why": "She asked.", "person_asked": true])
            #expect(done.status == 204)
            #expect(
                try await program.post("/suppressions/remove", ["email": "ann@example.org", "why": "x"]).status == 404)
            // All that match; what persons decided stays.
            _ = try await program.post("/suppressions", ["emails": ["c1@example.org", "c2@example.org"]])
            let path = "/suppressions/remove-matching"
            #expect(try await program.post(path, ["why": "x"]).status == 422)
            #expect(try await program.post(path, ["reason": "blocked", "why": " "]).fields == ["why"])
            let none = try await program.post(path, ["before": "2026-01-01T00:00:00Z", "why": "x"])
            #expect(none.body["removed"] == 0)
            let together = try await program.post(path, ["q": "example.org", "why": "Ours."])
            #expect(together.body["removed"] == 2 && together.body["more"] == false)
            #expect(try await program.get("/suppressions").items.count == 1)
        }
    }
}

extension TestBrowser {
    /// Uploads a file of suppressed addresses.
    fileprivate func suppressionFile(_ text: String) async throws -> Answer {
        let token = try await get("/suppressions/import/").formToken
        let body =
            "--b\r\nContent-Disposition: form-data; name=\"csrfmiddlewaretoken\"\r\n\r\n\(token)\r\n"
            + "--b\r\nContent-Disposition: form-data; name=\"csv_file\"; filename=\"old.csv\"\r\n\r\n\(text)\r\n--b--\r\n"
        return try await send(
            .POST, "/suppressions/import/", [("Content-Type", "multipart/form-data; boundary=b")],
            body: Array(body.utf8))
    }
}

extension TestSite {
    /// "address reason note", in the order of their keys.
    func suppressedAddresses(_ name: String) async throws -> [String] {
        let account = try await account(of: name)
        return try await database.read {
            try $0.rows(
                "SELECT email, reason, note FROM suppression WHERE account_id = \(account) ORDER BY email_key"
            ) { "\(try $0.string(0)) \(try $0.string(1)) \(try $0.string(2))" }
        }
    }
}
