import Campaigns
import Foundation
import Logging
import Persistence
import TestSupport
import Testing
import Vault

@testable import Receiving

@Suite(.timeLimit(.minutes(2))) struct `Returned mail: what it does` {
    private static func sample(_ name: String) -> [UInt8] { BounceSample.all.first { $0.name == name }!.bytes }

    private static let hard = sample("Postfix, no such user")
    private static let soft = sample("Gmail, over quota")

    @Test(arguments: TestDatabase.allCases)
    func `a bounce for good is in the history, counted once, and its address is not mailed again`(_ kind: TestDatabase)
        async throws
    {
        try await ReceiverHarness.with(kind) { receiver async throws in
            for _ in 0..<2 {
                #expect(try await receiver.hand(over: Self.hard, to: receiver.bounce()).hasPrefix("250"))
            }
            let entries = try await receiver.history()
            #expect(entries.map(\.outcome) == [.delivered, .bounced])
            #expect(entries.last?.code == 550 && entries.last?.step == "hard")
            #expect(entries.last?.reply.contains("User unknown in virtual mailbox table") == true)
            let readings = try await receiver.readings()
            #expect(readings[.bounced] == 1 && readings[.returned] == 1)
            #expect(try await receiver.state() == .delivered)
            let suppression = try #require(await receiver.suppression())
            #expect(suppression.reason == .bounced && suppression.note.contains("User unknown"))
            #expect(try await receiver.suppression(1) == nil)
            #expect(receiver.figures.results == [.hardBounce: 1, .repeated: 1])
            // The next campaign counts it.
            let (account, sender, template) = (receiver.account, receiver.sender, receiver.template)
            let tally = try await receiver.database.write { tx in
                let now = try tx.now
                let campaign = try tx.account(account).createCampaign(
                    CampaignDraft(
                        name: "Next", templateID: template, senderID: sender, audienceFilter: AudienceFilter().json,
                        scheduledAt: now))
                for due in try tx.dueCampaigns() { try tx.begin(due, expiry: .seconds(3600)) }
                _ = try tx.plan(campaign, filter: AudienceFilter(), limit: 1000)
                return try tx.account(account).tally(campaign)
            }
            #expect(tally[.cancelled] == 1 && tally[.ready] == 2)
        }
    }

    @Test func `five mails that came back for the time being within 30 days make an address that is not mailed`()
        async throws
    {
        try await ReceiverHarness.with(recipients: 1) { receiver async throws in
            // Four more mails to the same person.
            let (account, campaign, message) = (receiver.account, receiver.campaign, receiver.messages[0])
            let others = try await receiver.database.write { tx in
                try (0..<4).map { number in
                    try tx.one(
                        """
                        INSERT INTO message (account_id, campaign_id, recipient_id, state, next_at, email, merge, began_at)
                        VALUES (\(account), \(campaign), \(1000 + number), 'delivered', 0, 'person0@example.org', '', 1)
                        RETURNING id
                        """
                    ) { try $0.id(0, as: Message.ID.self) }
                }
            }
            for (number, id) in ([message] + others).enumerated() {
                #expect(try await receiver.suppression() == nil, "after \(number)")
                let address = receiver.signer.localPart(of: .bounce(account: account.rawValue, message: id.rawValue))
                for _ in 0..<2 {
                    #expect(try await receiver.hand(over: Self.soft, to: "\(address)@x.example").hasPrefix("250"))
                }
            }
            #expect(try await receiver.suppression()?.reason == .bounced)
            #expect(try await receiver.readings()[.returned] == 5)
        }
    }

    @Test func `a mail that was not wanted is counted, and says nothing about the address`() async throws {
        try await ReceiverHarness.with { receiver async throws in
            let mail = Self.sample("Gmail, refused as unwanted")
            #expect(try await receiver.hand(over: mail, to: receiver.bounce()).hasPrefix("250"))
            #expect(try await receiver.history().last?.step == "refused")
            #expect(try await receiver.readings()[.bounced] == 1)
            #expect(try await receiver.suppression() == nil)
        }
    }

    @Test func `a delay is an entry of the history and nothing else; an automatic reply is not even that`() async throws
    {
        try await ReceiverHarness.with { receiver async throws in
            for name in ["Postfix, a delay", "Postfix, a delay", "Outlook, away", "a person who answers"] {
                #expect(try await receiver.hand(over: Self.sample(name), to: receiver.bounce()).hasPrefix("250"))
            }
            #expect(try await receiver.history().map(\.outcome) == [.delivered, .delayed])
            #expect(try await receiver.readings()[.bounced] == 0)
            #expect(try await receiver.suppression() == nil)
            #expect(receiver.figures.results == [.delayed: 1, .repeated: 1, .automatic: 1, .unclear: 1])
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `what came back is evidence of messages that nobody knew about`(_ kind: TestDatabase) async throws {
        try await ReceiverHarness.with(kind, state: .unknown) { receiver async throws in
            #expect(try await receiver.hand(over: Self.hard, to: receiver.bounce(0)).hasPrefix("250"))
            let arrived = Self.sample("Postfix, successful delivery")
            #expect(try await receiver.hand(over: arrived, to: receiver.bounce(1)).hasPrefix("250"))
            #expect(try await receiver.state(0) == .failed)
            #expect(try await receiver.state(1) == .delivered)
            #expect(try await receiver.state(2) == .unknown)
            let (account, campaign) = (receiver.account, receiver.campaign)
            let tally = try await receiver.database.read { try $0.account(account).tally(campaign) }
            #expect(tally[.failed] == 1 && tally[.delivered] == 1 && tally[.unknown] == 1)
        }
    }

    @Test func `a mail that is about to be sent again, because nobody knew, is not sent when it came back`()
        async throws
    {
        try await ReceiverHarness.with(state: .unknown) { receiver async throws in
            let (account, campaign) = (receiver.account, receiver.campaign)
            let settled = try await receiver.database.write { tx in
                try tx.account(account).settle(.unknown, of: campaign, as: .again, by: "ada", expiry: .seconds(3600))
            }
            #expect(settled == 3)
            #expect(try await receiver.state() == .ready)
            #expect(try await receiver.hand(over: Self.hard, to: receiver.bounce()).hasPrefix("250"))
            #expect(try await receiver.state() == .failed)
            #expect(try await receiver.state(1) == .ready)
            // It is not called off besides.
            let tally = try await receiver.database.read { try $0.account(account).tally(campaign) }
            #expect(tally[.failed] == 1 && tally[.ready] == 2 && tally[.cancelled] == 0)
        }
    }

    @Test func `whoever sends a thousand different bounces of one mail fills no history`() async throws {
        try await ReceiverHarness.with { receiver async throws in
            let desk = ReturnDesk(database: receiver.database, signer: receiver.signer, logger: .silent)
            let address = try #require(desk.address(receiver.bounce()))
            for number in 0..<60 {
                let mail = String(decoding: Self.hard, as: UTF8.self).replacing(
                    "User unknown", with: "User unknown \(number)")
                try await desk.take(IncomingMail(recipients: [address], bytes: Array(mail.utf8)))
            }
            #expect(try await receiver.history().count == 21)
            #expect(try await receiver.readings()[.returned] == 1)
        }
    }

    // MARK: Complaints

    private static func complaint(_ kind: String, returned: String) -> [UInt8] {
        Array(
            """
            From: <abusedesk@mailbox.example>
            Subject: FW: Our offer
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=feedback-report; boundary="part"

            --part
            Content-Type: text/plain

            This is an email abuse report.
            --part
            Content-Type: message/feedback-report

            Feedback-Type: \(kind)
            User-Agent: SomeGenerator/1.0
            Version: 1
            Source-IP: 192.0.2.1

            --part
            Content-Type: message/rfc822

            \(returned)
            From: news@acme.example
            Subject: Our offer

            Hello
            --part--

            """.replacing("\n", with: "\r\n").utf8)
    }

    @Test(arguments: TestDatabase.allCases)
    func `a complaint (RFC 5965) is counted once, and its address is not mailed again`(_ kind: TestDatabase)
        async throws
    {
        try await ReceiverHarness.with(kind) { receiver async throws in
            let mail = Self.complaint("abuse", returned: "Return-Path: <\(receiver.bounce(1).uppercased())>")
            for _ in 0..<2 {
                #expect(
                    try await receiver.hand(over: mail, to: receiver.complaints, from: "fbl@mailbox.example").hasPrefix(
                        "250"))
            }
            #expect(try await receiver.readings()[.complained] == 1)
            #expect(try await receiver.suppression(1)?.reason == .complained)
            #expect(try await receiver.history(1).last?.outcome == .complained)
            #expect(try await receiver.suppression(0) == nil)
        }
    }

    @Test func `the mail is found by its links to unsubscribe, and by the address that the report came to`()
        async throws
    {
        try await ReceiverHarness.with { receiver async throws in
            let recipient = try await receiver.recipient(0)
            let link = MailLinks(siteURL: "https://mail.acme.example", signer: receiver.signer)
                .unsubscribe(
                    account: receiver.account.rawValue, campaign: receiver.campaign.rawValue, recipient: recipient)
            let byLink = Self.complaint("abuse", returned: "List-Unsubscribe: <\(link)>")
            #expect(try await receiver.hand(over: byLink, to: receiver.complaints).hasPrefix("250"))
            #expect(try await receiver.suppression(0)?.reason == .complained)
            let byAddress = try await Self.complaint(
                "fraud", returned: "List-Unsubscribe: <mailto:\(receiver.unsubscribe(1))?subject=unsubscribe>")
            #expect(try await receiver.hand(over: byAddress, to: receiver.complaints).hasPrefix("250"))
            #expect(try await receiver.suppression(1)?.reason == .complained)
            // What it came to is what it is about, whatever is written in it.
            let other = Self.complaint("abuse", returned: "Return-Path: <\(receiver.bounce(0))>")
            #expect(try await receiver.hand(over: other, to: receiver.bounce(2)).hasPrefix("250"))
            #expect(try await receiver.suppression(2)?.reason == .complained)
            #expect(try await receiver.readings()[.complained] == 3)
        }
    }

    @Test func `a provider that wants its reports confirmed is named in the log, and nothing of it can forge a line`()
        async throws
    {
        let log = RecordedLog(level: .notice)
        try await ReceiverHarness.with(logger: log.logger) { receiver async throws in
            let mail =
                "From: Feedback Loop <fbl@provider.example>\r\nSubject: Please =?utf-8?q?confirm=0Ayour?= loop\u{202E}\r\n\r\nOpen https://provider.example/confirm\r\n"
            #expect(try await receiver.hand(over: Array(mail.utf8), to: receiver.complaints).hasPrefix("250"))
            let line = await log.wait(for: "it may be a provider's confirmation")
            #expect(line.contains("fbl@provider.example") && line.contains("Please confirm your loop"))
            #expect(line.contains("\(receiver.account)") && !line.contains("\n") && !line.contains("\u{202E}"))
            #expect(receiver.figures.results == [.unclear: 1])
        }
    }

    @Test func `what is not signed by us is not believed, and praise is no complaint`() async throws {
        try await ReceiverHarness.with { receiver async throws in
            let forged = receiver.bounce().replacing("bounce+", with: "bounce+0")
            let stranger = Signer(secret: "another secret, of another server")
                .localPart(of: .bounce(account: receiver.account.rawValue, message: receiver.messages[0].rawValue))
            for returned in [
                "Return-Path: <\(forged)>", "Return-Path: <\(stranger)@x.example>", "Message-ID: <x@acme.example>",
            ] {
                let mail = Self.complaint("abuse", returned: returned)
                #expect(try await receiver.hand(over: mail, to: receiver.complaints).hasPrefix("250"))
            }
            let liked = Self.complaint("not-spam", returned: "Return-Path: <\(receiver.bounce())>")
            #expect(try await receiver.hand(over: liked, to: receiver.complaints).hasPrefix("250"))
            #expect(try await receiver.readings()[.complained] == 0)
            #expect(try await receiver.suppression() == nil)
            #expect(receiver.figures.results == [.unclear: 4])
        }
    }

    // MARK: Unsubscribing

    @Test(arguments: TestDatabase.allCases)
    func `a mail to the address that unsubscribes does so, as the link does`(_ kind: TestDatabase) async throws {
        try await ReceiverHarness.with(kind) { receiver async throws in
            let mail = Array("From: person0@example.org\r\nSubject: unsubscribe\r\n\r\n".utf8)
            let address = try await receiver.unsubscribe()
            for _ in 0..<2 {
                #expect(
                    try await receiver.hand(over: mail, to: address.uppercased(), from: "person0@example.org")
                        .hasPrefix("250"))
            }
            #expect(try await receiver.suppression()?.reason == .unsubscribed)
            #expect(try await receiver.readings()[.unsubscribed] == 1)
            // Whoever is away, or bounces, has said nothing.
            for name in ["Outlook, away", "Postfix, no such user"] {
                #expect(try await receiver.hand(over: Self.sample(name), to: receiver.unsubscribe(1)).hasPrefix("250"))
            }
            #expect(try await receiver.suppression(1) == nil)
        }
    }

    @Test func `what is left of a deleted campaign is taken and changes nothing`() async throws {
        try await ReceiverHarness.with { receiver async throws in
            let campaign = receiver.campaign
            try await receiver.database.write { tx in
                _ = try tx.run("DELETE FROM message WHERE campaign_id = \(campaign)")
            }
            #expect(try await receiver.hand(over: Self.hard, to: receiver.bounce()).hasPrefix("250"))
            #expect(receiver.figures.results == [.gone: 1])
        }
    }
}
