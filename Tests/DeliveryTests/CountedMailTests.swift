import Campaigns
import Delivery
import Foundation
import Mail
import Persistence
import PersistenceSQLite
import TestSupport
import Testing
import Vault

@Suite(.timeLimit(.minutes(1))) struct `A mail whose readers are counted` {
    private static let html = """
        <p>Dear {first_name}, <a href="https://shop.example/?a=1&amp;for={company}">shop</a>, \
        <a href="mailto:a@shop.example">write</a>, <a href="tel:+431">call</a>, <a href="#x">below</a>, \
        <a href="{unsubscribe_url}">no more</a>, <a href="{view_url}">in the browser</a>, \
        <a href="{free_field1}">yours</a>, <a href="https://shop.example/?a=1&amp;for={company}">again</a></p>
        """

    private func links(in mail: ReceivedMessage) -> [String] {
        (mail.html ?? "").matches(of: /href="([^"]*)"/).map { String($0.output.1) }
    }

    /// Sends one campaign to two people, of whom the second is not tracked, and gives their mails.
    private func sent(
        html: String = html, plainText: String = "", isSiteKnown: Bool = true, isWanted: Bool = true,
        kind: CampaignRecord.Kind = .campaign,
        _ change: @escaping @Sendable (AccountScope) throws -> Void = { _ in },
        _ body: @escaping @Sendable (any Database, SeededAccount, [ReceivedMessage]) async throws -> Void
    ) async throws {
        try await withDatabase { database in
            let acme = try await SeededAccount(database, html: html)
            try await acme.addRecipients(2, company: "Ex & Co")
            let account = acme.account
            try await database.write { tx in
                if !plainText.isEmpty { _ = try tx.run("UPDATE template SET plain_text = \(plainText)") }
                _ = try tx.account(account).setUntracked(true, key: "person2@example.org")
                try change(tx.account(account))
            }
            let sink = try await RecordingSMTPSink.start()
            try await acme.sendOverSMTP(port: sink.port)
            try await database.write { tx in
                let now = try tx.now
                _ = try tx.account(account).createCampaign(
                    CampaignDraft(
                        name: "Campaign", templateID: acme.template, senderID: acme.sender, audienceFilter: "{}",
                        scheduledAt: now, tracksOpens: isWanted, tracksClicks: isWanted), kind: kind)
            }
            var settings = try EngineHarness.settings()
            settings.isSiteKnown = isSiteKnown
            try await EngineHarness(database: database).runOnePass(settings)
            let mails = sink.messages.map { ReceivedMessage($0.bytes) }
                .sorted {
                    ($0.headers.first { $0.name == "To" }?.value ?? "")
                        < ($1.headers.first { $0.name == "To" }?.value ?? "")
                }
            await sink.stop()
            try #require(mails.count == 2)
            try await body(database, acme, mails)
        }
    }

    @Test func `has its http links through us, each a row of our table, and a picture`() async throws {
        try await sent { database, acme, mails in
            let links = links(in: mails[0])
            let counted = links.filter { $0.contains("/track/") }
            try #require(counted.count == 2 && Set(counted).count == 1)
            #expect(links[1...3] == ["mailto:a@shop.example", "tel:+431", "#x"])
            #expect(links[4].contains("/unsubscribe/") && links[5].contains("/view/") && links[6].isEmpty)
            let html = try #require(mails[0].html)
            #expect(!html.contains("shop.example/?a"))
            #expect(html.contains(#/<img src="https:\/\/mail\.example\/track\/pixel\/[A-Za-z0-9_-]+\/" width="1"/#))
            #expect(mails[0].text?.contains(counted[0]) == true, "the text leads the same way")
            // The token names the row, and the row the address.
            let numbers = try #require(
                MailLinks(siteURL: "", signer: Signer(secret: "a secret for tests only"))
                    .click(in: counted[0].split(separator: "/").last ?? ""))
            let account = acme.account
            let table = try await database.read { tx in
                try tx.account(account).links(of: Content.ID(rawValue: numbers.content))
            }
            #expect(table.map(\.url) == ["https://shop.example/?a=1&for={company}"] && table[0].number == numbers.link)
        }
    }

    @Test func `may be a single one, for which the account's choice holds as well`() async throws {
        try await sent(kind: .single) { _, _, mails in
            #expect(
                mails[0].html?.contains("/track/click/") == true && mails[0].html?.contains("/track/pixel/") == true)
            #expect(mails[1].html?.contains("/track/") == false)
        }
        try await sent(kind: .single) { scope in
            try scope.setTracking(TrackingChoices(opens: false, clicks: false, networks: false))
        } _: { _, _, mails in
            #expect(mails[0].html?.contains("/track/") == false)
        }
    }

    @Test func `has none of that for a recipient who is not tracked`() async throws {
        try await sent { _, _, mails in
            #expect(mails[1].html?.contains("/track/") == false && mails[1].text?.contains("/track/") == false)
            #expect(links(in: mails[1])[0] == "https://shop.example/?a=1&amp;for=Ex &amp; Co")
        }
    }

    @Test(arguments: ["account", "campaign", "site"])
    func `has none of that where it is switched off, or where recipients cannot reach us`(_ by: String) async throws {
        try await sent(isSiteKnown: by != "site", isWanted: by != "campaign") { scope in
            if by == "account" { try scope.setTracking(TrackingChoices(opens: false, clicks: false, networks: false)) }
        } _: { _, _, mails in
            for mail in mails {
                #expect(mail.html?.contains("/track/") == false && mail.text?.contains("/track/") == false)
            }
        }
    }

    @Test func `counts only what the account wants`() async throws {
        try await sent {
            try $0.setTracking(TrackingChoices(opens: true, clicks: false, networks: false))
        } _: { _, _, mails in
            #expect(
                mails[0].html?.contains("/track/pixel/") == true && mails[0].html?.contains("/track/click/") == false)
        }
    }

    @Test func `is the same to the byte when it is written again, and without counting for those who only look`()
        async throws
    {
        try await sent { database, acme, mails in
            let account = acme.account
            let message = try await database.read { tx in
                let id = try tx.one("SELECT MIN(id) FROM message") { try $0.id(0, as: Message.ID.self) }
                return try #require(try tx.account(account).messageForShowing(id))
            }
            // The settings change; the mail does not.
            try await database.write { tx in
                try tx.account(account).setTracking(TrackingChoices(opens: false, clicks: false, networks: false))
                _ = try tx.account(account).setUntracked(true, key: "person1@example.org")
            }
            let composer = Composer(database: database, settings: try EngineHarness.settings())
            let again = ReceivedMessage(try await composer.bytes(of: message))
            #expect(again.html == mails[0].html && again.text == mails[0].text)
            let shown = ReceivedMessage(try await composer.bytes(of: message, isCounted: false))
            #expect(shown.html?.contains("/track/") == false && shown.html?.contains("shop.example/?a=1") == true)
        }
    }

    @Test func `leaves hostile links as they are`() async throws {
        let long = "https://shop.example/" + String(repeating: "x", count: 8192)
        let html = """
            <a href="javascript:alert(1)">a</a><a href="data:text/html,x">b</a><a href="\(long)">c</a>\
            <a href="https://shop.example/{#company}x">d</a><a href="http://">e</a><a href='https://ok.example/'>f</a>
            """
        try await sent(html: html) { _, _, mails in
            let html = try #require(mails[0].html)
            #expect(html.contains("javascript:alert(1)") && html.contains("data:text/html,x") && html.contains(long))
            #expect(html.matches(of: #/\/track\/click\//#).count == 1 && !html.contains("ok.example"))
        }
    }

    @Test func `finds the links of a text that its author wrote`() async throws {
        try await sent(html: "<p>Hello</p>", plainText: "Look: https://shop.example/a, or https://shop.example/b.") {
            _, _, mails in
            let text = try #require(mails[0].text)
            #expect(text.matches(of: #/https:\/\/mail\.example\/track\/click\/[A-Za-z0-9_-]+\/[,.]/#).count == 2)
            #expect(mails[1].text?.contains("https://shop.example/a, or https://shop.example/b.") == true)
        }
    }
}
