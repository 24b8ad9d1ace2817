import Campaigns
import Persistence
import TestSupport
import Testing

@testable import Delivery

@Suite(.timeLimit(.minutes(1))) struct `Addresses that a server calls unknown` {
    private static func watch(_ answers: [Bool], _ watch: UnknownWatch = UnknownWatch()) -> [AttemptResult.Verdict] {
        answers.map { isUnknown in
            var answer = AttemptResult(
                verdict: isUnknown ? .permanent : .delivered, code: 550, reply: "550 5.1.1 User unknown", step: "RCPT")
            answer.saysAddressIsUnknown = isUnknown
            return watch.judge(answer, of: "relay.example").verdict
        }
    }

    @Test func `are believed as long as most are known`() {
        // Three of five are dead.
        let answers = (0..<5000).map { $0 % 5 < 3 }
        #expect(Self.watch(answers).allSatisfy { $0 != .senderFault })
    }

    @Test func `are not believed once it says so of nearly all`() {
        let all = Self.watch(Array(repeating: true, count: 100))
        #expect(all.firstIndex(of: .senderFault) == UnknownWatch.firstWindow / 2 - 1)
        #expect(all.drop { $0 != .senderFault }.allSatisfy { $0 == .senderFault })
        // A server that breaks in the middle of a campaign.
        let later = Self.watch(Array(repeating: false, count: 1000) + Array(repeating: true, count: 60))
        #expect(later.firstIndex(of: .senderFault) == 1000 + 39)
    }

    @Test func `are believed longer after a person let sending go on`() {
        let watch = UnknownWatch()
        _ = Self.watch(Array(repeating: true, count: 30), watch)
        watch.begin()
        let again = Self.watch(Array(repeating: true, count: 200), watch)
        #expect(again.firstIndex(of: .senderFault) == 2 * UnknownWatch.firstWindow - 1)
    }

    @Test(arguments: TestDatabase.allCases)
    func `are suppressed, with the server's words, and get nothing more`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            sink.refuse(
                atRecipient: [
                    "person1@": "550 5.1.1 No such user here", "person2@": "552 5.2.2 Mailbox full",
                ], atDot: ["person3@": "550 5.1.1 User unknown"])
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(10)
            try await acme.sendOverSMTP(port: sink.port)
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            #expect(try await acme.tally(campaign)[.failed] == 3)
            let account = acme.account
            let list = try await database.read { try $0.account(account).suppressions(limit: 10) }
            #expect(Set(list.map { $0.email.prefix(7) }) == ["person1", "person3"])
            #expect(list.allSatisfy { $0.suppression.reason == .nonexistent && $0.campaign == campaign })
            let next = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            #expect(try await acme.tally(next)[.cancelled] == 2)
            #expect(
                sink.messages.count == 7 + 7 && !sink.messages.contains { list.map(\.email).contains($0.recipient) })
            await sink.stop()
        }
    }

    @Test func `are not burnt by a relay that calls everybody so: sending pauses with a sentence`() async throws {
        try await withDatabase(.sqlite) { database in
            let sink = try await RecordingSMTPSink.start()
            sink.react { _ in
                var reactions = RecordingSMTPSink.Reactions()
                reactions.recipient = .reply("550 5.1.1 User unknown in virtual mailbox table")
                return reactions
            }
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(500)
            try await acme.sendOverSMTP(port: sink.port)
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            let tally = try await acme.tally(campaign)
            let failed = tally[.failed]
            #expect(failed == UnknownWatch.firstWindow / 2 - 1)
            #expect(tally[.ready] == 500 - failed)
            let (account, sender) = (acme.account, acme.sender)
            let (reason, suppressed) = try await database.read { tx in
                (try tx.anySender(sender)?.pausedReason ?? "", try tx.account(account).suppressionCount())
            }
            // Conversations beside each other may each have heard it once more.
            #expect(reason.contains(/called (2\d) of the last \1 addresses unknown/), "\(reason)")
            #expect(reason.contains("suppression list"))
            #expect(suppressed == failed)
            await sink.stop()
        }
    }

    @Test func `are not burnt by one receiving system that calls everybody so: it rests, and the others get theirs`()
        async throws
    {
        var options = DirectScene.Options()
        options.sinks = ["127.0.0.2": RecordingSMTPSink.Behaviour(), "127.0.0.3": RecordingSMTPSink.Behaviour()]
        options.sinks["127.0.0.2"]?.reactions = { _ in .init(recipient: .reply("550 5.1.1 User unknown")) }
        let zones = ["b.example": "@ MX 10 mail\nmail A 127.0.0.2", "c.example": "@ MX 10 mail\nmail A 127.0.0.3"]
        try await DirectScene.with(options, zones: { _ in zones }) { scene in
            let emails = (1...80).map { "p\($0)@b.example" } + (1...10).map { "p\($0)@c.example" }
            let (tally, _) = try await scene.send(to: emails)
            let failed = UnknownWatch.firstWindow / 2 - 1
            #expect(tally[.delivered] == 10 && tally[.failed] == failed && tally[.ready] == 80 - failed)
            let (account, sender) = (scene.account.account, scene.account.sender)
            let (list, reason) = try await scene.harness.database.read { tx in
                (try tx.account(account).suppressions(limit: 100), try tx.anySender(sender)?.pausedReason)
            }
            #expect(list.count == failed && list.allSatisfy { $0.suppression.reason == .nonexistent })
            #expect(reason == "")
            let waiting = try await scene.waiting().values.filter { $0.state == .ready }
            #expect(waiting.allSatisfy { $0.reason.contains("addresses unknown") && $0.seconds > 1 })
        }
    }
}
