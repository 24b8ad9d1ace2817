import Campaigns
import PersistenceSQLite
import TestSupport
import Testing

@testable import Delivery
@testable import Persistence
@testable import Routing

/// Two campaigns of one sender; what the second one sends can no longer be written.
@Suite(.timeLimit(.minutes(1))) struct `A campaign that cannot be written` {
    private static func breakSecond(of acme: SeededAccount, _ harness: EngineHarness, _ settings: DeliverySettings)
        async throws -> [Campaign.ID]
    {
        let campaigns = [try await acme.startCampaign(), try await acme.startCampaign()]
        let (account, sender) = (acme.account, acme.sender)
        // Both are planned, and nothing is sent.
        try await harness.database.write { try $0.account(account).pause(sender, because: "Not yet.") }
        try await harness.runOnePass(settings)
        try await harness.database.write { tx in
            let content = try #require(try tx.account(account).campaign(campaigns[1])?.contentID)
            try tx.run("UPDATE content SET from_email = 'nobody' WHERE id = \(content)")
            try tx.account(account).pause(sender, because: nil)
        }
        return campaigns
    }

    /// Until the sender has paused and nothing is in hand; how many mails are delivered, and how many wait.
    private static func settled(_ acme: SeededAccount, _ campaigns: [Campaign.ID]) async throws -> (Int, Int) {
        let sender = acme.sender
        while true {
            let reason = try await acme.read { try $0.anySender(sender)?.pausedReason ?? "" }
            let tallies = [try await acme.tally(campaigns[0]), try await acme.tally(campaigns[1])]
            if reason.contains("address cannot be used"), tallies.allSatisfy({ $0[.claimed] + $0[.dotted] == 0 }) {
                return (tallies.reduce(0) { $0 + $1[.delivered] }, tallies.reduce(0) { $0 + $1[.ready] })
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test func `pauses its sender, and the mail that is just being sent comes to its end`() async throws {
        try await withDatabase { database in
            let sink = try await RecordingSMTPSink.start()
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(3)
            try await acme.sendOverSMTP(port: sink.port, connections: 1)
            let harness = EngineHarness(database: database)
            let settings = try EngineHarness.settings()
            let campaigns = try await Self.breakSecond(of: acme, harness, settings)
            try await harness.run(settings) {
                let (delivered, waiting) = try await Self.settled(acme, campaigns)
                #expect(delivered == 3 && waiting == 3)
            }
            #expect(sink.messages.count == 3)
            await sink.stop()
        }
    }

    @Test func `pauses a sender that sends directly, and what was just accepted is written down`() async throws {
        var options = DirectScene.Options()
        options.sinks = ["127.0.0.2": RecordingSMTPSink.Behaviour()]
        options.sender = { $0.siteConnections = 1 }
        try await DirectScene.with(options, zones: { _ in ["b.example": "@ MX 10 mail\nmail A 127.0.0.2"] }) { scene in
            try await scene.account.addRecipients(["ada@b.example", "bob@b.example"])
            let campaigns = try await Self.breakSecond(of: scene.account, scene.harness, scene.settings)
            try await scene.harness.run(scene.settings) {
                let (delivered, waiting) = try await Self.settled(scene.account, campaigns)
                #expect(delivered == scene.sink("127.0.0.2").messages.count && delivered + waiting == 4)
            }
        }
    }

    @Test func `a message is not put back into a queue that nobody empties any more`() {
        let queue = SiteQueue(MailRoute(domain: "b.example", hosts: []))
        let message = ClaimedMessage(
            id: Message.ID(rawValue: 1), accountID: Account.ID(rawValue: 1), campaignID: Campaign.ID(rawValue: 1),
            recipientID: Recipient.ID(rawValue: 1), senderID: Sender.ID(rawValue: 1),
            contentID: Content.ID(rawValue: 1),
            beganAt: Instant(rawValue: 0), attempts: 0, email: "ada@b.example", merge: "")
        #expect(queue.pushBack(message))
        #expect(queue.take() === message)
        queue.close()
        #expect(!queue.pushBack(message))
        #expect(queue.drain().isEmpty)
    }

    /// Six octets of a template become three thousand of a mail.
    @Test func `is one whose tags take more than a mail may have, and only that one fails`() async throws {
        try await withDatabase { database in
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(1)
            let account = acme.account
            let quotes = String(repeating: "\"", count: 500)
            try await database.write { tx in
                let long = RecipientFields(email: "long@example.org", city: quotes)
                try tx.account(account).insertRecipients([(key: long.email, fields: long)], createdAt: try tx.now)
                let html = String(repeating: "{city}", count: 20_000)
                try tx.run("UPDATE template SET html = \(html) WHERE account_id = \(account)")
            }
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] == 1 && tally[.failed] == 1)
            let attempt = try #require(try await acme.attempts().first { $0.email == "long@example.org" })
            #expect(attempt.reply.contains("more than 10 MB") && attempt.step == "compose")
        }
    }
}
