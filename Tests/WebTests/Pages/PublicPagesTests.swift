import Campaigns
import Foundation
import NIOHTTP1
import Persistence
import PersistenceSQLite
import Testing
import Vault

@testable import Web

@Suite struct `Links in mails` {
    @Test func `a link that is only opened changes nothing`() async throws {
        try await withUnsubscribing { site, link, account, campaign in
            let page = try await site.browser().get(link)
            #expect(page.status == 200)
            #expect(page.body.contains("p1@ada.example"))
            // Readers have no log-in here, and know their sender rather than the program.
            #expect(!page.body.contains("href=\"/\"") && !page.body.contains(">Martlet<"))
            let wrong = try await site.browser().get(link + "x")
            #expect(wrong.status == 404 && !wrong.body.contains("href=\"/\""))
            #expect(try await site.suppressed(account) == [])
            #expect(try await site.tallies(campaign, of: account).counted == [.ready: 2])
        }
    }

    @Test(arguments: ["form", "multipart", "empty"])
    func `one click unsubscribes without cookies or token (RFC 8058 §3.1)`(_ kind: String) async throws {
        try await withUnsubscribing { site, link, account, campaign in
            for _ in 1...2 {
                let answer = try await site.browser().oneClick(link, kind)
                #expect(answer.status == 200, "twice is as good as once")
                #expect(answer.header("Set-Cookie") == nil)
            }
            #expect(try await site.suppressed(account) == ["p1@ada.example unsubscribed"])
            let tallies = try await site.tallies(campaign, of: account)
            #expect(tallies.counted == [.ready: 1, .cancelled: 1])
            #expect(tallies.rows == tallies.counted)
            let readings = try await site.database.read { try $0.account(account.account).readings(of: campaign) }
            #expect(readings[.unsubscribed] == 1)
        }
    }

    /// As a list that is made anew each month.
    @Test func `a link still unsubscribes when campaign and recipient were deleted, and the address came back`()
        async throws
    {
        try await withUnsubscribing { site, link, account, campaign in
            let address = "p1@ada.example"
            try await site.database.write { tx in
                let scope = tx.account(account.account)
                _ = try tx.run("DELETE FROM campaign WHERE id = \(campaign)")
                #expect(try scope.deleteRecipient(account.recipients[0]))
            }
            // Nobody is there, and the person can say so all the same: the next list brings the address again.
            for isBack in [false, true] {
                if isBack {
                    try await site.database.write { tx in
                        _ = try tx.run("DELETE FROM suppression")
                        _ = try tx.account(account.account).addRecipient(RecipientFields(email: address), key: address)
                    }
                }
                #expect(try await site.browser().get(link).body.contains(address))
                let answer = try await site.browser().oneClick(link, "form")
                #expect(answer.status == 200 && answer.body.contains("gets no more mails"))
                #expect(try await site.suppressed(account) == ["\(address) unsubscribed"])
            }
            let back = link.replacing("/unsubscribe/", with: "/resubscribe/")
            #expect(try await site.browser().oneClick(back, "form").body.contains("Welcome back"))
            #expect(try await site.suppressed(account) == [])
        }
    }

    @Test func `a link unsubscribes the address that the mail went to, and the one that the recipient has now`()
        async throws
    {
        try await withUnsubscribing { site, link, account, campaign in
            let fields = RecipientFields(email: "new@ada.example")
            _ = try await site.database.write {
                try $0.account(account.account).updateRecipient(account.recipients[0], fields, key: fields.email)
            }
            let answer = try await site.browser().oneClick(link, "form")
            // Who has the old mail need not learn of the new address.
            #expect(answer.body.contains("p1@ada.example") && !answer.body.contains("new@ada.example"))
            let both = ["new@ada.example unsubscribed", "p1@ada.example unsubscribed"]
            #expect(try await site.suppressed(account).sorted() == both)
            _ = try await site.browser().oneClick(link.replacing("/unsubscribe/", with: "/resubscribe/"), "form")
            #expect(try await site.suppressed(account) == [])
            // The same when the campaign was deleted.
            _ = try await site.database.write { tx in try tx.run("DELETE FROM campaign WHERE id = \(campaign)") }
            _ = try await site.browser().oneClick(link, "form")
            #expect(try await site.suppressed(account).sorted() == both)
        }
    }

    @Test func `of whom nothing is known any more, nobody is told that no mail will come`() async throws {
        try await withUnsubscribing { site, link, account, campaign in
            try await site.database.write { tx in
                let scope = tx.account(account.account)
                _ = try tx.run("DELETE FROM campaign WHERE id = \(campaign)")
                _ = try scope.deleteRecipient(account.recipients[0])
                // A year and a day later.
                _ = try tx.run("UPDATE former_address SET left_at = left_at - 31622400000000")
                try tx.forgetFormerAddresses()
            }
            let answer = try await site.browser().oneClick(link, "form")
            #expect(answer.status == 410 && answer.body.contains("please use the link in the newest one"))
            #expect(try await site.suppressed(account) == [])
        }
    }

    @Test func `a mistake is undone by one button`() async throws {
        try await withUnsubscribing { site, link, account, _ in
            let done = try await site.browser().oneClick(link, "form")
            let back = link.replacing("/unsubscribe/", with: "/resubscribe/")
            #expect(done.body.contains(back))
            #expect(try await site.browser().oneClick(back, "form").body.contains("Welcome back"))
            #expect(try await site.suppressed(account) == [])
        }
    }

    @Test func `a person may say why they unsubscribed, and need not`() async throws {
        try await withUnsubscribing { site, link, account, _ in
            let why = link + "reason/"
            // Nothing to explain yet: nothing is changed either.
            _ = try await site.browser().fields(why, "reason=other&words=hello")
            #expect(try await site.suppressed(account) == [])
            let done = try await site.browser().oneClick(link, "form")
            #expect(done.body.contains(why))
            let thanks = try await site.browser().fields(
                why, "reason=too_many&words=One+a+%3Cb%3Eweek%3C/b%3E%0Awould+do")
            #expect(thanks.status == 200 && thanks.body.contains("Thank you"))
            #expect(
                try await site.suppressedAddresses("ada") == [
                    "p1@ada.example unsubscribed Too many mails: One a <b>week</b> would do"
                ])
            #expect(try await site.browser().fields("/unsubscribe/AAAA/reason/", "reason=other").status == 404)
        }
    }

    @Test func `a link from before the secret was changed still unsubscribes`() async throws {
        try await withSite(signer: Signer(secret: "new", before: ["tests"])) { site in
            _ = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 2)
            let campaign = try await site.startedCampaign(account)
            let link = site.links.unsubscribe(
                account: account.account.rawValue, campaign: campaign.rawValue,
                recipient: account.recipients[0].rawValue)
            #expect(try await site.browser().oneClick(link, "form").status == 200)
            #expect(try await site.suppressed(account) == ["p1@ada.example unsubscribed"])
        }
    }

    @Test func `a link that was changed is refused with a page`() async throws {
        try await withUnsubscribing { site, link, account, _ in
            var letters = Array(link)
            let place = letters.count - 4
            letters[place] = letters[place] == "A" ? "B" : "A"
            for bad in [String(letters), "/unsubscribe/x/", "/unsubscribe/\(String(repeating: "A", count: 5000))/"] {
                let opened = try await site.browser().get(bad)
                #expect(opened.status == 404)
                let posted = try await site.browser().oneClick(bad, "form")
                #expect(posted.status == 404)
            }
            // A token for another purpose is none for this one.
            let view = site.links.view(account: account.account.rawValue, message: 1).dropFirst("/view/".count)
            #expect(try await site.browser().oneClick("/unsubscribe/\(view)", "form").status == 404)
            #expect(try await site.suppressed(account) == [])
        }
    }

    @Test func `the mail in the browser is the mail that was made, and runs no script`() async throws {
        try await withUnsubscribing { site, _, account, campaign in
            let message = try await site.database.read { try $0.account(account.account).firstMessage(of: campaign)! }
            let link = site.links.view(account: account.account.rawValue, message: message.rawValue)
            let page = try await site.browser().get(link)
            #expect(page.status == 200)
            #expect(page.body.contains("<p>Hello "))
            let policy = page.header("Content-Security-Policy") ?? ""
            #expect(policy.contains("sandbox") && policy.contains("default-src 'none'"))
            #expect(!policy.contains("script-src 'self'"))
            #expect(try await site.browser().get("/view/AAAA/").status == 404)
        }
    }

    /// Two recipients whose mails wait, and the first one's link.
    private func withUnsubscribing(
        _ body: (TestSite, String, FurnishedAccount, Campaign.ID) async throws -> Void
    ) async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 2)
            let campaign = try await site.startedCampaign(account)
            let link = site.links.unsubscribe(
                account: account.account.rawValue, campaign: campaign.rawValue,
                recipient: account.recipients[0].rawValue)
            try await body(site, link, account, campaign)
        }
    }
}

extension TestBrowser {
    fileprivate func fields(_ path: String, _ fields: String) async throws -> Answer {
        try await send(
            .POST, path, [("Content-Type", "application/x-www-form-urlencoded")], body: Array(fields.utf8))
    }

    /// What a mail program posts by itself.
    fileprivate func oneClick(_ path: String, _ kind: String) async throws -> Answer {
        switch kind {
        case "multipart":
            let body = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"
            return try await send(
                .POST, path, [("Content-Type", "multipart/form-data; boundary=b"), ("Origin", "https://mail.example")],
                body: Array(body.utf8))
        case "empty": return try await send(.POST, path, body: [])
        default:
            return try await send(
                .POST, path, [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "cross-site")],
                body: Array("List-Unsubscribe=One-Click".utf8))
        }
    }
}

extension TestSite {
    fileprivate func suppressed(_ account: FurnishedAccount) async throws -> [String] {
        try await database.read {
            try $0.rows("SELECT email, reason FROM suppression WHERE account_id = \(account.account)") {
                "\(try $0.string(0)) \(try $0.string(1))"
            }
        }
    }
}
