import Campaigns
import Foundation
import NIOHTTP1
import Persistence
import PersistenceSQLite
import TestSupport
import Testing
import Vault

@testable import Web

@Suite(.timeLimit(.minutes(1))) struct `Openings and clicks over HTTP` {
    @Test func `the picture is always one, without a cookie, and kept by nobody`() async throws {
        try await withReadMails { site, mails in
            let good = mails.pixel(0)
            for path in [
                good, "/track/pixel/x/", "/track/pixel/\(String(repeating: "A", count: 5000))/",
                good.dropLast(2) + "B/",
            ] {
                let answer = try await site.browser().get(String(path), [TestBrowser.chrome])
                #expect(answer.status == 200 && answer.header("Content-Type") == "image/gif", "\(path)")
                #expect(answer.header("Set-Cookie") == nil)
                #expect(answer.header("Cache-Control")?.contains("no-store") == true)
                #expect(answer.header("Cross-Origin-Resource-Policy") == "cross-origin")
                #expect(answer.header("Content-Length") == "43")
            }
            try await site.settleReadings()
            #expect(try await mails.tally()[.opens] == 1)
            #expect(try await mails.tally()[.humanOpened] == 1)
        }
    }

    @Test func `a link leads where our table says, with the values of its mail`() async throws {
        try await withReadMails { site, mails in
            let answer = try await site.browser().follow(mails.click(0, 0), [TestBrowser.chrome])
            #expect(answer.status == 302 && answer.location == "https://shop.example/?for=P1")
            #expect(answer.header("Set-Cookie") == nil)
            #expect(answer.header("Cache-Control")?.contains("no-store") == true)
            #expect(
                try await site.browser().follow(mails.click(1, 0), [TestBrowser.chrome]).location
                    == "https://shop.example/?for=P2")
            #expect(
                try await site.browser().follow(mails.click(0, 1), [TestBrowser.chrome]).location
                    == "https://shop.example/plain")
            try await site.settleReadings()
            let tally = try await mails.tally()
            #expect(tally[.humanClicks] == 3 && tally[.humanClicked] == 2)
        }
    }

    @Test func `a link that was changed leads nowhere, and says so`() async throws {
        try await withReadMails { site, mails in
            let good = mails.click(0, 1)
            var letters = Array(good)
            letters[letters.count - 4] = letters[letters.count - 4] == "A" ? "B" : "A"
            let paths = [
                String(letters), "/track/click/x/", mails.click(0, 99), "/track/click/" + mails.pixel(0).dropFirst(13),
                "/track/click/\(String(repeating: "A", count: 5000))/", "/track/click/https%3A%2F%2Fevil.example/",
                good + "?url=https://evil.example/&next=https://evil.example/",
            ]
            for path in paths.dropLast() {
                let answer = try await site.browser().follow(path, [TestBrowser.chrome])
                #expect(answer.status == 404 && answer.location == nil, "\(path)")
                #expect(answer.body.contains("This link leads nowhere"))
            }
            // What else stands in the address counts for nothing.
            #expect(
                try await site.browser().follow(paths[6], [TestBrowser.chrome]).location == "https://shop.example/plain"
            )
            try await site.settleReadings()
            #expect(try await mails.tally()[.clicks] == 1)
        }
    }

    @Test func `links and pictures from before the secret was changed still count and lead`() async throws {
        try await withSite(signer: Signer(secret: "new", before: ["tests"])) { site in
            let mails = try await ReadMails(site)
            _ = try await site.browser().get(mails.pixel(0), [TestBrowser.chrome])
            let led = try await site.browser().follow(mails.click(1, 1), [TestBrowser.chrome])
            #expect(led.location == "https://shop.example/plain")
            let forgotten = MailLinks(siteURL: "", signer: Signer(secret: "older still"))
            _ = try await site.browser().get(
                forgotten.pixel(account: mails.account.account.rawValue, message: mails.messages[2].rawValue))
            try await site.settleReadings()
            let tally = try await mails.tally()
            #expect(tally[.humanOpened] == 2 && tally[.humanClicked] == 1, "a click is an opening as well")
        }
    }

    @Test func `known links are followed without the database`() async throws {
        try await withReadMails { site, mails in
            _ = try await site.browser().follow(mails.click(0, 1))
            try await site.database.write { tx in _ = try tx.run("DELETE FROM link") }
            #expect(try await site.browser().follow(mails.click(1, 1)).location == "https://shop.example/plain")
        }
    }

    @Test func `who follows a link is answered while the database is away`() async throws {
        try await withReadMails { site, mails in
            #expect(try await site.browser().follow(mails.click(0, 1)).status == 302)
            try await site.database.close()
            let first = try await site.browser().get(mails.click(2, 0), [TestBrowser.chrome])
            #expect(first.status == 302 && first.location == "?try=1")
            for tries in ["4", "5", "-1&try=4", "99999999999999999999"] {
                let answer = try await site.browser().get(mails.click(2, 0) + "?try=" + tries, [TestBrowser.chrome])
                guard tries == "4" || tries == "5" else {
                    #expect(answer.location == "?try=1")
                    continue
                }
                #expect(answer.status == 503 && answer.body.contains("One moment, please"))
                #expect(answer.header("Refresh") == "1" && answer.header("Retry-After") == "1")
                #expect(answer.header("Cache-Control")?.contains("no-store") == true)
            }
            #expect(try await site.browser().get(mails.click(1, 1)).location == "https://shop.example/plain")
        }
    }

    @Test func `nothing is counted until a link leads on`() async throws {
        try await withReadMails { site, mails in
            let targets = LinkTargets(database: site.database)
            let numbers = mails.numbers(0, 0)
            #expect(targets.known(numbers) == .unknown)
            targets.ask(numbers)
            #expect(targets.known(numbers) == .unknown)
            try await targets.answer()
            #expect(targets.known(numbers) == .leads(to: "https://shop.example/?for=P1"))
            _ = try await site.browser().follow(mails.click(0, 0), [TestBrowser.chrome])
            try await site.settleReadings()
            #expect(try await mails.tally()[.clicks] == 1)
        }
    }

    @Test func `what is gone is known to be gone, and what is too much is asked for again`() async throws {
        try await withReadMails { site, mails in
            let targets = LinkTargets(database: site.database, limits: .init(questions: 1))
            let gone = ClickNumbers(
                account: mails.account.account.rawValue, content: mails.content.rawValue, message: 1 << 40, link: 0)
            targets.ask(gone)
            targets.ask(mails.numbers(1, 0))
            try await targets.answer()
            #expect(targets.known(gone) == .nowhere)
            #expect(targets.known(mails.numbers(1, 0)) == .unknown)
            #expect(targets.known(mails.numbers(1, 7)) == .nowhere)
            targets.ask(mails.numbers(1, 0))
            try await targets.answer()
            #expect(targets.known(mails.numbers(1, 0)) == .leads(to: "https://shop.example/?for=P2"))
        }
    }

    @Test func `links of campaigns are known before anybody follows them, of old ones and of new ones`() async throws {
        try await withReadMails { site, mails in
            let targets = LinkTargets(database: site.database)
            try await targets.learn()
            let later = try await mails.startAnother()
            try await targets.learn()
            try await site.database.write { tx in _ = try tx.run("DELETE FROM link") }
            #expect(targets.known(mails.numbers(0, 1)) == .leads(to: "https://shop.example/plain"))
            #expect(targets.known(mails.numbers(0, 1, content: later)) == .leads(to: "https://shop.example/later"))
        }
    }

    @Test func `links of older campaigns are learnt from call to call, the newest first`() async throws {
        try await withReadMails { site, mails in
            let later = try await mails.startAnother()
            let targets = LinkTargets(database: site.database, group: 1)
            let (old, new) = (mails.numbers(0, 1), mails.numbers(0, 1, content: later))
            try await targets.learn()
            #expect(targets.known(new) != .unknown && targets.known(old) == .unknown)
            try await targets.learn()
            #expect(targets.known(old) == .leads(to: "https://shop.example/plain"))
        }
    }

    @Test func `a server that starts knows the links of its newest campaigns`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let followed = try await withServer(in: folder) { site in try await ReadMails(site).numbers(0, 1) }
        try await withServer(in: folder) { site in
            while site.tracking.targets.known(followed) == .unknown { try await Task.sleep(for: .milliseconds(1)) }
            #expect(site.tracking.targets.known(followed) == .leads(to: "https://shop.example/plain"))
        }
    }

    @Test func `machines are told from people, with the reason`() async throws {
        try await withReadMails { site, mails in
            let head = try await site.browser().follow(mails.click(0, 1), [TestBrowser.chrome], .HEAD)
            #expect(head.status == 302)
            _ = try await site.browser().get(
                mails.pixel(1), [("User-Agent", "Mozilla/5.0 (via ggpht.com GoogleImageProxy)")])
            _ = try await site.browser().get(mails.pixel(1), [TestBrowser.chrome, ("Purpose", "prefetch")])
            try await site.settleReadings()
            let tally = try await mails.tally()
            #expect(tally[.humanOpens] == 0 && tally[.humanClicks] == 0)
            #expect(tally.machineClicks == [.head: 1] && tally.machineOpens == [.gmailProxy: 1, .prefetch: 1])
            let ada = mails.owner
            let page = try await ada.get("/campaigns/\(mails.campaign)/statistics/")
            #expect(page.body.contains("Google’s image proxy") && page.body.contains("Asked for the headers only"))
            #expect(try await ada.get("/logs/?outcome=opened").body.contains("Google’s image proxy"))
        }
    }

    @Test func `what was seen is on all pages that show it`() async throws {
        try await withReadMails { site, mails in
            _ = try await site.browser().get(mails.pixel(0), [TestBrowser.chrome])
            _ = try await site.browser().follow(mails.click(1, 1), [TestBrowser.chrome])
            try await site.settleReadings()
            let (ada, path) = (mails.owner, "/campaigns/\(mails.campaign)/")
            let page = try await ada.get(path + "statistics/")
            #expect(page.status == 200)
            for text in ["Opened", "66.7 %", "33.3 %", "https://shop.example/plain", "data-chart=", "As a table"] {
                #expect(page.body.contains(text), "\(text)")
            }
            #expect(!page.body.contains("style=") && !page.body.contains("<script>"))
            // Hours are shown by the reader's own clock.
            #expect(page.body.contains("By people, by the hour.") && page.body.contains("data-time-zone-name"))
            #expect(
                page.body.contains(/times[^>]+:00:00Z/) && page.body.contains(/<th[^>]*><time datetime="[^"]+:00:00Z"/))
            #expect(try await ada.get(path).body.contains("\(path)statistics/"))
            #expect(try await ada.get(path + "statistics/recipients/?show=clicked").body.contains("p2@ada.example"))
            #expect(try await !ada.get(path + "statistics/recipients/?show=clicked").body.contains("p1@ada.example"))
            #expect(try await ada.get(path + "statistics/recipients/?show=unopened").body.contains("p3@ada.example"))
            let csv = try await ada.get(path + "statistics/export/")
            #expect(csv.body.split(separator: "\r\n").count == 4 && csv.body.contains("p2@ada.example,delivered,"))
            #expect(try await ada.get("/logs/?outcome=clicked").body.contains("https://shop.example/plain"))
            #expect(try await ada.get("/").body.contains("/logs/?outcome=opened"))
            let message = try await ada.get("/emails/\(mails.messages[1])/")
            #expect(message.body.contains("Clicked"))
        }
    }

    @Test func `the account decides what is counted`() async throws {
        try await withReadMails { site, mails in
            let ada = mails.owner
            #expect(try await ada.get("/profile/tracking/").body.contains("name=\"opens\" checked"))
            let saved = try await ada.post("/profile/tracking/", ["clicks": "on"])
            #expect(saved.status == 303)
            #expect(try await !ada.get("/profile/tracking/").body.contains("name=\"opens\" checked"))
            _ = try await site.browser().get(mails.pixel(0), [TestBrowser.chrome])
            #expect(try await site.browser().follow(mails.click(0, 1), [TestBrowser.chrome]).status == 302)
            try await site.settleReadings()
            let tally = try await mails.tally()
            #expect(tally[.opens] == 0 && tally[.opened] == 0 && tally[.humanClicks] == 1)
        }
    }

    @Test func `a recipient can be left out, and taken in again`() async throws {
        try await withReadMails { site, mails in
            let (ada, recipient) = (mails.owner, mails.account.recipients[0])
            let page = "/recipients/\(recipient)/edit/"
            _ = try await ada.post("/recipients/\(recipient)/track/", ["track": "no"], from: page)
            #expect(try await ada.get(page).body.contains("Count opens and clicks again"))
            _ = try await site.browser().get(mails.pixel(0), [TestBrowser.chrome])
            try await site.settleReadings()
            #expect(try await mails.tally()[.opens] == 0)
            _ = try await ada.post("/recipients/\(recipient)/track/", ["track": "yes"], from: page)
            _ = try await site.browser().get(mails.pixel(0), [TestBrowser.chrome])
            try await site.settleReadings()
            #expect(try await mails.tally()[.opens] == 1)
        }
    }

    @Test func `the view in the browser can be withdrawn and given again`() async throws {
        try await withReadMails { site, mails in
            let link = site.links.view(account: mails.account.account.rawValue, message: mails.messages[0].rawValue)
            #expect(try await site.browser().get(link).status == 200)
            let page = "/campaigns/\(mails.campaign)/"
            _ = try await mails.owner.post(page + "view/", ["show": "no"], from: page)
            let gone = try await site.browser().get(link)
            #expect(gone.status == 410 && gone.body.contains("withdrawn") && !gone.body.contains("<p>Hello "))
            #expect(try await mails.owner.get(page).body.contains("Put the web version online again"))
            _ = try await mails.owner.post(page + "view/", ["show": "yes"], from: page)
            #expect(try await site.browser().get(link).status == 200)
        }
    }

    @Test func `what came last is written when the server stops`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (campaign, account) = try await withServer(in: folder) { site in
            let mails = try await ReadMails(site)
            for _ in 0..<3 { _ = try await site.browser().get(mails.pixel(0), [TestBrowser.chrome]) }
            return (mails.campaign, mails.account.account)
        }
        let database = try SQLiteDatabase(path: folder.file("martlet.sqlite"))
        let opens = try await database.read { try $0.account(account).readings(of: campaign)[.opens] }
        #expect(opens == 3)
        try await database.close()
    }
}
