import Campaigns
import Delivery
import Persistence
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A sender's limits` {
    @Test(arguments: TestDatabase.allCases)
    func `hold exactly with twenty connections, refusals at the dot among them, and over restarts`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            let asked = Box(0)
            sink.react { envelope in
                // What was refused before its dot costs nothing of the limit; what got as far as the dot does.
                if envelope.recipient.hasPrefix("person7") { return .init(recipient: .reply("550 5.1.1 No such user")) }
                asked.change { $0 += 1 }
                return envelope.recipient.hasSuffix("3@example.org")
                    ? .init(dot: .reply("451 4.3.0 Disk full")) : .init(dot: .after(.milliseconds(2), .accept))
            }
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(400)
            try await acme.sendOverSMTP(port: sink.port, maxPerHour: 100, connections: 20)
            let campaign = try await acme.startCampaign()
            let harness = EngineHarness(database: database)
            for _ in 1...3 { try await harness.runOnePass() }
            let (account, sender) = (acme.account, acme.sender)
            let used = try await database.read { try $0.account(account).sentInLastHour(sender) }
            #expect(used == 100)
            #expect(asked.value == 100)
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] == sink.messages.count && tally[.delivered] > 80)
            #expect(tally[.unknown] == 0)
            await sink.stop()
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `spread evenly: as far apart as the limit says, and no burst`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(20)
            // Ten in a second.
            try await acme.sendOverSMTP(port: sink.port, maxPerHour: 36_000)
            try await acme.changeSender { $0.spreadsEvenly = true }
            let campaign = try await acme.startCampaign()
            let harness = EngineHarness(database: database)
            try await harness.run { _ = try await harness.wait(for: acme, campaign) { $0[.delivered] == 20 } }
            let times = sink.messages.map(\.time)
            let span = try #require(times.last) - #require(times.first)
            #expect(span >= .milliseconds(19 * 90))
            // One conversation is enough for it, and it stays open.
            #expect(sink.connections == 1)
            await sink.stop()
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `in a warm-up are those of the day, over restarts too`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(30)
            try await acme.sendOverSMTP(port: sink.port)
            let now = try await database.read { try $0.now }
            // It began 36 hours ago: this is the second day.
            try await acme.changeSender {
                $0.warmUp = WarmUpPlan(firstDay: 6, growth: 100, beganAt: now - .seconds(36 * 3600))
            }
            let campaign = try await acme.startCampaign()
            for _ in 1...3 { try await EngineHarness(database: database).runOnePass() }
            #expect(sink.messages.count == 12)
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] == 12 && tally[.ready] == 18)
            await sink.stop()
        }
    }
}
