import Campaigns
import Foundation
import NIOConcurrencyHelpers
import NIOHTTP1
import Persistence
import PersistenceSQLite
import Testing

@testable import Web

@Suite struct `Before a campaign starts` {
    /// An account that really sends, with nothing to complain about but what `change` does.
    private func withSender(
        recipients: Int = 3, configure: (inout WebConfiguration) -> Void = { _ in },
        _ body: (TestSite, TestBrowser, FurnishedAccount) async throws -> Void
    ) async throws {
        try await withSite(configure: configure) { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: recipients)
            try await site.database.write { tx in
                let scope = tx.account(account.account)
                var sender = try scope.defaultSender()!
                sender.kind = .smtp
                sender.host = "smtp.example.org"
                try scope.update(sender)
                try scope.update(AccountDetails(name: "Ada", postalAddress: "1 Main Street"))
            }
            try await body(site, ada, account)
        }
    }

    private func write(_ html: String, _ account: FurnishedAccount, _ site: TestSite, text: String = "") async throws {
        try await site.database.write {
            _ = try $0.account(account.account).updateTemplate(
                account.template,
                TemplateText(name: "Offer", subject: "Hello {first_name}", html: html, plainText: text))
        }
    }

    @Test func `nothing is asked where nothing is wrong`() async throws {
        try await withSender { site, ada, account in
            let draft = try await site.draft(account)
            let page = try await ada.get("/campaigns/\(draft)/preflight/")
            #expect(page.body.contains("Ready, and not started yet") && page.body.contains("It goes to 3 recipients."))
            let started = try await ada.post("/campaigns/\(draft)/start/", from: "/campaigns/\(draft)/")
            #expect(started.location == "/campaigns/\(draft)/")
            #expect(try await site.campaign(draft, of: account)?.state == .scheduled)
        }
    }

    @Test func `mails whose links nobody can open do not leave, and it is said who can change that`() async throws {
        try await withSender(configure: { $0.site = .unknown }) { site, ada, account in
            let draft = try await site.draft(account)
            let path = "/campaigns/\(draft)/"
            let page = try await ada.get(path + "preflight/").body
            #expect(page.contains("cannot start yet") && page.contains("Nobody could unsubscribe"))
            #expect(page.contains("http://127.0.0.1:8000") && page.contains("SITE_URL"))
            let program = try await site.program("ada")
            let refused = try await program.post("/campaigns/\(draft)/start")
            #expect(refused.status == 409, "\(refused.text)")
            let form = try await ada.post(
                "/campaigns/create/", ["name": "x", "template": "\(account.template)", "action": "start"])
            #expect(form.status == 422 && form.body.contains("Nobody could unsubscribe"))
            let told = try await program.get("/campaigns/\(draft)/preflight")
            #expect(told.body["findings"]?.elements?.contains { $0["code"] == "no_site_address" } == true)
            // A server on this machine may keep them for a trial: a person is asked, a program may do it.
            try await site.database.write { tx in _ = try tx.run("UPDATE sender SET smtp_host = '127.0.0.1'") }
            #expect(try await ada.get(path + "preflight/").body.contains("name=\"agreed\" value=\"no_site_address\""))
            #expect(try await program.post("/campaigns/\(draft)/start").status == 200)
        }
    }

    @Test func `an address without encryption is asked about`() async throws {
        let site = "http://mail.example.org"
        try await withSender(configure: { ($0.siteURL, $0.site) = (site, .unencrypted) }) { server, ada, account in
            let draft = try await server.draft(account)
            let page = try await ada.get("/campaigns/\(draft)/preflight/").body
            #expect(page.contains("lead to \(site), without encryption"))
            #expect(page.contains("value=\"site_not_encrypted\""))
        }
    }

    @Test func `links of the plain text, and links without an address, are looked at`() async throws {
        try await withSender { site, ada, account in
            try await write(
                "<p><a href=\"\">x</a> <a name=\"top\">y</a> <a href=\"https://x..example/\">z</a></p>", account, site,
                text: "See https://127.0.0.1/x and https://example.org/.")
            let draft = try await site.draft(account)
            let page = try await ada.get("/campaigns/\(draft)/preflight/").body
            #expect(page.contains("A link has no address yet."))
            #expect(page.contains("“https://x..example/” leads nowhere: its host has no name that can be."))
            #expect(page.contains("“https://127.0.0.1/x” leads to a machine that nobody outside can reach."))
            let told = try await site.program("ada").get("/campaigns/\(draft)/preflight")
            let links = (told.body["findings"]?.elements ?? []).filter { $0["code"] == "bad_link" }
            #expect(links.count == 3)
        }
    }

    @Test func `gaps are counted over all recipients, with links to those who have them`() async throws {
        try await withSender(recipients: 12) { site, ada, account in
            try await write("<p>{city} {#company}{country}{/company}</p>", account, site)
            try await site.database.write { tx in
                try tx.run(
                    "UPDATE recipient SET city = '' WHERE email IN ('p3@ada.example', 'p9@ada.example', 'p5@ada.example')"
                )
                try tx.run("UPDATE recipient SET company = 'c' WHERE email = 'p7@ada.example'")
                // Who gets nothing has no gap.
                _ = try tx.account(account.account).suppress([
                    NewSuppression(key: "p9@ada.example", email: "p9@ada.example", reason: .unsubscribed)
                ])
            }
            let draft = try await site.draft(account)
            let page = try await ada.get("/campaigns/\(draft)/preflight/").body
            #expect(page.contains("2 recipients have no “city”") && page.contains("1 recipient has no “country”"))
            #expect(page.contains("/recipients/\(account.recipients[2])/edit/\">p3@ada.example"))
            #expect(page.contains("p7@ada.example") && !page.contains("p9@ada.example"))
            #expect(page.contains("1 who matches is on the suppression list"))
            let program = try await site.program("ada")
            let told = try await program.get("/campaigns/\(draft)/preflight")
            #expect(told.body["may_start"] == true && told.body["recipients"] == 11 && told.body["suppressed"] == 1)
            let gaps = (told.body["findings"]?.elements ?? []).filter { $0["code"] == "missing_value" }
            #expect(gaps.map { $0["recipients"] } == [1, 2])
            #expect(
                gaps.last?["examples"]?.elements?.map { $0["email"]?.text } == ["p3@ada.example", "p5@ada.example"])
        }
    }

    /// With 20,000 more.
    @Test func `of a large audience the page is there at once, asks for its part, and counts once for the start`()
        async throws
    {
        try await withSender(recipients: 2) { site, ada, account in
            try await site.database.write { tx in
                _ = try tx.run(
                    """
                    INSERT INTO recipient (account_id, email, email_key, first_name, created_at, updated_at)
                    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
                    SELECT \(account.account), 'many' || i || '@x.example', 'many' || i || '@x.example', 'M', 0, 0 FROM n
                    """)
                _ = try tx.run("UPDATE account SET recipients = recipients + 20000 WHERE id = \(account.account)")
            }
            try await write("<p>{city}</p>", account, site)
            let draft = try await site.draft(account)
            let path = "/campaigns/\(draft)/preflight/"
            let page = try await ada.get(path).body
            #expect(page.contains("Looking at 20,002 recipients") && page.contains("data-hx-get=\"\(path)panel/\""))
            #expect(!page.contains("no “city”") && page.contains("href=\"\(path)?whole=yes\""))
            let panel = try await ada.get(path + "panel/").body
            #expect(panel.contains("20,000 recipients have no “city”") && panel.contains("name=\"agreed\""))
            #expect(try await ada.get(path + "?whole=yes").body.contains("20,000 recipients have no “city”"))
            // Nobody came or went: what was counted a moment ago counts for the start.
            try await site.database.write { tx in _ = try tx.run("UPDATE recipient SET city = 'Wien'") }
            #expect(try await ada.get(path + "panel/").body.contains("20,000 recipients have no “city”"))
            // Somebody came.
            let fields = RecipientFields(email: "new@x.example")
            _ = try await site.database.write {
                try $0.account(account.account).addRecipient(fields, key: fields.email)
            }
            #expect(try await ada.get(path + "panel/").body.contains("1 recipient has no “city”"))
        }
    }

    @Test func `a warning is asked about once, and another one asks again`() async throws {
        try await withSender { site, ada, account in
            try await write("<p>Hello <a href=\"/offers\">x</a></p>", account, site)
            let draft = try await site.draft(account)
            let path = "/campaigns/\(draft)/"
            let asked = try await ada.post(path + "start/", from: path)
            #expect(asked.location == path + "preflight/")
            #expect(try await site.campaign(draft, of: account)?.state == .draft)
            let page = try await ada.get(path + "preflight/").body
            #expect(page.contains("“/offers” leads nowhere") && page.contains("name=\"agreed\" value=\"bad_link\""))
            // Meanwhile something else is wrong as well.
            _ = try await site.database.write { tx in try tx.run("UPDATE account SET postal_address = ''") }
            let again = try await ada.post(path + "start/", ["agreed": "bad_link"], from: path)
            #expect(again.location == path + "preflight/")
            let agreed = try await ada.post(path + "start/", ["agreed": "bad_link,no_postal_address"], from: path)
            #expect(agreed.location == path)
            #expect(try await site.campaign(draft, of: account)?.state == .scheduled)
        }
    }

    @Test func `an error blocks every start, by page and by program`() async throws {
        try await withSender { site, ada, account in
            // As it could come from another program.
            _ = try await site.database.write { tx in
                try tx.run("UPDATE template SET html = '<p>Dear {frist_name}</p>'")
            }
            let draft = try await site.draft(account)
            let path = "/campaigns/\(draft)/"
            let page = try await ada.get(path + "preflight/").body
            #expect(
                page.contains("cannot start yet") && page.contains("frist_name") && !page.contains("name=\"agreed\""))
            let start = try await ada.post(path + "start/", ["agreed": "bad_tag"], from: path)
            #expect(start.location == path + "preflight/")
            let program = try await site.program("ada")
            #expect(try await program.post("/campaigns/\(draft)/start").status == 409)
            #expect(try await program.get("/campaigns/\(draft)/preflight").body["may_start"] == false)
            let made = try await program.post(
                "/campaigns", ["name": "x", "template_id": JSON(account.template), "start": true])
            #expect(made.status == 422)
            let form = try await ada.post(
                "/campaigns/create/", ["name": "x", "template": "\(account.template)", "action": "start"])
            #expect(form.status == 422 && form.body.contains("frist_name"))
            #expect(try await site.campaign(draft, of: account)?.state == .draft)
        }
    }

    @Test func `a campaign that is started from its form is kept with its time when there is something to ask`()
        async throws
    {
        try await withSender { site, ada, account in
            try await write("<p><img src=\"https://x.example/a.png\"></p>", account, site)
            let saved = try await ada.post(
                "/campaigns/create/",
                [
                    "name": "Later", "template": "\(account.template)", "action": "start", "asks": "on",
                    "scheduled_time": "2029-12-01T10:00",
                ])
            let path = try #require(saved.location)
            #expect(path.hasSuffix("/preflight/"))
            let page = try await ada.get(path).body
            #expect(page.contains("1 picture has no description") && page.contains("Start as planned anyway"))
            // What would set the planned time aside says so, and asks.
            #expect(page.contains("Start now instead") && page.contains("Its time is set aside"))
            let start = path.replacing("preflight/", with: "start/")
            let agreed = try await ada.post(
                start, ["agreed": "no_text,pictures_without_text", "when": "planned"], from: path)
            #expect(agreed.status == 303)
            let record = try await site.database.read { try $0.account(account.account).campaigns(limit: 1).first }
            #expect(record?.state == .scheduled && record?.scheduledAt?.rawValue == 1_890_813_600_000_000)
            // A program cannot look at pages, so it is not asked.
            _ = try await ada.post(
                "/campaigns/create/", ["name": "Now", "template": "\(account.template)", "action": "start"])
            let other = try await site.database.read { try $0.account(account.account).campaigns(limit: 1).first }
            #expect(other?.name == "Now" && other?.state == .scheduled)
        }
    }

    @Test func `the DNS is asked about the sender's domain, once an hour`() async throws {
        try await withSender { site, ada, account in
            let draft = try await site.draft(account)
            for _ in 1...2 {
                let page = try await ada.get("/campaigns/\(draft)/preflight/").body
                #expect(page.contains("The DNS is being asked") && page.contains("/preflight/panel/"))
            }
            #expect(site.domainChecks.withLockedValue { $0 } == ["example.org of \(account.account)"])
            let report =
                #"{"domain":"example.org","findings":[{"spf":{"_0":{"missing":{}}}},{"dmarc":{"_0":{"missing":{}}}},{"alignment":{"isSigned":false}}]}"#
            try await site.database.write {
                try $0.account(account.account).endDomainCheck("example.org", report: report)
            }
            let panel = try await ada.get("/campaigns/\(draft)/preflight/panel/").body
            #expect(panel.contains("no usable SPF record") && panel.contains("not signed") && panel.contains("DMARC"))
            #expect(!panel.contains("hx-trigger"))
            let gone = #"{"domain":"example.org","findings":[{"mailExchanger":{"_0":{"noDomain":{}}}}]}"#
            try await site.database.write {
                try $0.account(account.account).endDomainCheck("example.org", report: gone)
            }
            let missing = try await ada.get("/campaigns/\(draft)/preflight/panel/").body
            #expect(missing.contains("There is no such domain") && missing.contains("value=\"no_domain\""))
        }
    }
}

@Suite struct `The preview of a campaign` {
    @Test func `shows the mail of each recipient, with the footer, and the way to the next`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 3)
            _ = try await ada.post("/profile/account/", ["name": "Ada", "postal_address": "1 Main <Street>"])
            let draft = try await site.draft(account)
            let (first, second) = (account.recipients[0], account.recipients[1])
            let page = try await ada.get("/campaigns/\(draft)/mail/").body
            #expect(page.contains("Hello P1") && page.contains("/mail/?recipient=\(second)"))
            #expect(page.contains("/preview/?recipient=\(first)") && page.contains("sandbox"))
            let middle = try await ada.get("/campaigns/\(draft)/mail/?recipient=\(second)").body
            #expect(middle.contains("?recipient=\(first)") && middle.contains("?recipient=\(account.recipients[2])"))
            #expect(try await ada.get("/campaigns/\(draft)/mail/?q=p3@").body.contains("Hello P3"))
            #expect(try await ada.get("/campaigns/\(draft)/mail/?q=nobody").body.contains("Nobody matches “nobody”"))
            let frame = try await ada.get("/campaigns/\(draft)/preview/?recipient=\(second)")
            #expect(frame.body.contains("1 Main &lt;Street&gt;") && frame.body.contains("Unsubscribe"))
            let policy = try #require(frame.header("Content-Security-Policy"))
            #expect(policy.contains("sandbox") && policy.contains("default-src 'none'"))
            let eve = try await site.member("eve")
            #expect(try await eve.get("/campaigns/\(draft)/mail/").status == 404)
            let eves = try await site.equip("eve")
            let own = try await site.draft(eves)
            #expect(try await eve.get("/campaigns/\(own)/mail/?recipient=\(first)").status == 404)
            #expect(try await eve.get("/campaigns/\(own)/preview/?recipient=\(first)").status == 404)
        }
    }

    @Test func `sends a test by the sender's own way, within its limits and beside the ledger`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 2)
            let draft = try await site.draft(account)
            let path = "/campaigns/\(draft)/"
            let rehearsal = try await ada.post(path + "test/", ["to": "me@example.org"], from: path + "mail/")
            #expect(rehearsal.location == path + "mail/#test")
            #expect(try await ada.get(path + "mail/").body.contains("In a rehearsal nothing leaves this server"))
            try await site.database.write { tx in
                let scope = tx.account(account.account)
                var sender = try scope.defaultSender()!
                sender.kind = .smtp
                sender.host = "smtp.example.org"
                sender.maxPerHour = 1
                try scope.update(sender)
            }
            let wrong = try await ada.post(path + "test/", ["to": "nobody"], from: path + "mail/")
            #expect(wrong.status == 422)
            let sent = try await ada.post(
                path + "test/", ["to": "me@example.org", "recipient": "\(account.recipients[1])"], from: path + "mail/")
            // A reload of what comes then sends nothing.
            let shown = path + "mail/?recipient=\(account.recipients[1])"
            #expect(sent.status == 303 && sent.location == shown + "#test")
            #expect(try await !ada.get("/").body.contains("Hello P2"))
            let result = "Sent “[Test] Hello P2” to me@example.org."
            let told = try await ada.get(shown).body
            #expect(told.contains(result) && told.contains("250 ok") && told.contains(#"value="me@example.org""#))
            #expect(try await !ada.get(shown).body.contains(result))
            #expect(try await ada.get(path + "test/").location == path + "mail/#test")
            _ = try await ada.post(path + "test/", ["to": "me@example.org"], from: path + "mail/")
            #expect(try await ada.get(path + "mail/").body.contains("limit is used up"))
            let messages = try await site.database.read { try $0.count("SELECT COUNT(*) FROM message") }
            #expect(messages == 0)
            #expect(try await site.browser().get("/unsubscribe/test/").body.contains("This is a test"))
        }
    }

    @Test func `an address without a postal address is asked for, and braces in it are refused`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            #expect(try await ada.get("/").body.contains("Write down your postal address"))
            let refused = try await ada.post("/profile/account/", ["name": "Ada", "postal_address": "{city}"])
            #expect(refused.status == 422 && refused.body.contains("has no braces"))
            let saved = try await ada.post(
                "/profile/account/", ["name": "Ada's shop", "postal_address": " 1 Main Street \r\n\r\nLondon"])
            #expect(saved.status == 303)
            let account = try await site.account(of: "ada")
            let details = try await site.database.read { try $0.account(account).details() }
            #expect(details == AccountDetails(name: "Ada's shop", postalAddress: "1 Main Street\nLondon"))
            let program = try await site.program("ada")
            let changed = try await program.send(.PATCH, "/account", ["postal_address": "2 Main Street"])
            #expect(
                changed.body == [
                    "footer_text": "", "name": "Ada's shop", "postal_address": "2 Main Street", "unsubscribe_words": "",
                ])
        }
    }

    @Test func `the footer has the account's own words around address and link, and no tag of its own`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 1)
            let path = "/profile/account/"
            let wrong = try await ada.post(
                path, ["name": "Ada", "footer_text": "Bonjour {first_name}", "unsubscribe_words": "{view_url}"])
            #expect(wrong.status == 422 && wrong.body.contains("no fields in a footer"))
            let saved = try await ada.post(
                path,
                [
                    "name": "Ada", "postal_address": "1 rue de la Paix",
                    "footer_text": " Vous êtes <client> chez nous. \r\n\r\nÀ bientôt",
                    "unsubscribe_words": "Se désabonner",
                ])
            #expect(saved.status == 303)
            let draft = try await site.draft(account)
            let frame = try await ada.get("/campaigns/\(draft)/preview/").body
            #expect(frame.contains("1 rue de la Paix<br") && frame.contains("Vous êtes &lt;client&gt; chez nous.<br"))
            #expect(frame.contains(">Se désabonner</a>") && !frame.contains("Unsubscribe"))
            // A form or a program that knows nothing of it leaves it alone.
            _ = try await ada.post(path, ["name": "Ada's shop", "postal_address": "2 rue de la Paix"])
            let details = try await site.database.read { try $0.account(account.account).details() }
            #expect(
                details
                    == AccountDetails(
                        name: "Ada's shop", postalAddress: "2 rue de la Paix",
                        footerText: "Vous êtes <client> chez nous.\nÀ bientôt", unsubscribeWords: "Se désabonner"))
            let program = try await site.program("ada")
            let told = try await program.send(.PATCH, "/account", ["unsubscribe_words": ""])
            #expect(told.body["footer_text"]?.text?.hasPrefix("Vous êtes") == true)
            #expect(try await ada.get("/campaigns/\(draft)/preview/").body.contains(">Unsubscribe</a>"))
        }
    }
}
