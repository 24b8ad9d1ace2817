import Campaigns
import Delivery
import Persistence
import TestSupport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(3))) struct `Within a second, also for what is already claimed` {
    /// What four conversations with a server that takes 50 ms for an answer can send in a second.
    private static let mailsOfASecond = 80

    /// A campaign of a thousand at a slow server, `change`d after twenty mails: how many the server took after that (a
    /// number that does not depend on how busy this machine is), and the tally once nothing is in hand any more.
    private func latecomers(
        _ kind: TestDatabase,
        _ change: @escaping @Sendable (SeededAccount, Campaign.ID, any Database) async throws -> Void
    ) async throws -> (late: Int, tally: Tally, sent: Int) {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            sink.react { _ in .init(dot: .after(.milliseconds(50), .accept)) }
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(1000)
            try await acme.sendOverSMTP(port: sink.port)
            let campaign = try await acme.startCampaign()
            var settings = try EngineHarness.settings()
            settings.poll = .seconds(1)
            let harness = EngineHarness(database: database)
            let result = Box<(Int, Tally)?>(nil)
            try await harness.run(settings) {
                await sink.waitForMessages(20)
                try await change(acme, campaign, database)
                let before = sink.messages.count
                // As the pages do.
                harness.signal.wake()
                let tally = try await harness.wait(for: acme, campaign) { $0[.claimed] == 0 && $0[.dotted] == 0 }
                result.set((sink.messages.count - before, tally))
            }
            await sink.stop()
            let (late, tally) = try #require(result.value)
            return (late, tally, sink.messages.count)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a cancelled campaign sends nothing more`(_ kind: TestDatabase) async throws {
        let (late, tally, sent) = try await latecomers(kind) { acme, campaign, database in
            let account = acme.account
            _ = try await database.write { try $0.account(account).cancelCampaign(campaign) }
        }
        #expect(late <= Self.mailsOfASecond)
        #expect(tally[.delivered] == sent)
    }

    @Test(arguments: TestDatabase.allCases)
    func `a paused campaign sends nothing more`(_ kind: TestDatabase) async throws {
        let (late, tally, sent) = try await latecomers(kind) { acme, campaign, database in
            let account = acme.account
            _ = try await database.write { try $0.account(account).pauseCampaign(campaign) }
        }
        #expect(late <= Self.mailsOfASecond)
        #expect(tally[.delivered] == sent && tally[.ready] == 1000 - sent)
    }

    @Test(arguments: TestDatabase.allCases)
    func `a paused sender sends nothing more`(_ kind: TestDatabase) async throws {
        let (late, tally, sent) = try await latecomers(kind) { acme, _, database in
            let (account, sender) = (acme.account, acme.sender)
            try await database.write { try $0.account(account).pause(sender, because: "Paused by Ada.") }
        }
        #expect(late <= Self.mailsOfASecond)
        #expect(tally[.ready] == 1000 - sent)
    }

    @Test(arguments: TestDatabase.allCases)
    func `a lowered limit holds`(_ kind: TestDatabase) async throws {
        let (late, tally, sent) = try await latecomers(kind) { acme, _, _ in
            try await acme.changeSender { $0.maxPerHour = 10 }
        }
        #expect(late <= Self.mailsOfASecond)
        #expect(tally[.ready] == 1000 - sent)
    }

    @Test(arguments: TestDatabase.allCases)
    func `who unsubscribes gets nothing more, though the mail was claimed`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            // Long enough for what follows to come before the last one, however busy the machine is.
            sink.react { _ in .init(dot: .after(.milliseconds(150), .accept)) }
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(60)
            try await acme.sendOverSMTP(port: sink.port, connections: 2)
            let campaign = try await acme.startCampaign()
            let harness = EngineHarness(database: database)
            let account = acme.account
            try await harness.run {
                // The batch is 64: with the first mail all sixty are claimed.
                await sink.waitForMessages(1)
                try await database.write { tx in
                    let recipient = try tx.one("SELECT id FROM recipient WHERE email = 'person60@example.org'") {
                        try $0.id(0, as: Recipient.ID.self)
                    }
                    let scope = tx.account(account)
                    try scope.unsubscribe(#require(try scope.subscription(campaign: campaign, recipient: recipient)))
                }
                _ = try await harness.wait(for: acme, campaign) { $0[.delivered] == 59 && $0[.cancelled] == 1 }
            }
            #expect(!sink.messages.contains { $0.recipient == "person60@example.org" })
            #expect(sink.messages.count == 59)
            await sink.stop()
        }
    }
}

/// A value that a test's tasks share.
final class Box<Value: Sendable>: Sendable {
    private let contents: Mutex<Value>

    init(_ value: Value) { contents = Mutex(value) }

    var value: Value { contents.withLock { $0 } }
    func set(_ value: Value) { contents.withLock { $0 = value } }
    func change(_ body: (inout Value) -> Void) { contents.withLock { body(&$0) } }
}
