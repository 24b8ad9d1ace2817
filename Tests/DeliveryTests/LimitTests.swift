import Campaigns
import Delivery
import Persistence
import TestSupport
import TestValues
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A sender's limits` {
    @Test(arguments: TestDatabase.allCases)
    func `hold exactly with twenty connections, refusals at the dot among them, and over restarts`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            let asked = Box(0)
            sink.refuseSome(counting: asked, accepting: .after(.milliseconds(2), .accept))
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

    @Test(arguments: TestDatabase.allCases, [6...10, 10...10, 10...14])
    func `are used up by one pass, also where a server refuses the last recipients that they let through`(
        _ kind: TestDatabase, _ refused: ClosedRange<Int>
    ) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            // In the order in which they are claimed, these come last.
            sink.refuse(
                atRecipient: Dictionary(
                    uniqueKeysWithValues: refused.map { ("person\($0)@", "552 5.2.2 Mailbox full") }))
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(30)
            try await acme.sendOverSMTP(port: sink.port, maxPerHour: 10, connections: 1)
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] == 10 && sink.messages.count == 10)
            #expect(tally.total == 30)
            await sink.stop()
        }
    }

    /// Hours pass as the database tells them, and somebody changes the limit now and then; each pass is a start of its own, on
    /// PostgreSQL of two nodes beside each other.
    @Test(arguments: TestDatabase.allCases)
    func `hold in every sliding hour, and leave nothing of it unused, over restarts and with two nodes`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            let asked = Box(0)
            sink.refuseSome(counting: asked, accepting: .accept)
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(1000)
            try await acme.sendOverSMTP(port: sink.port, connections: 20)
            let campaign = try await acme.startCampaign()
            let clocked = ClockedDatabase(database, at: try await database.read { try $0.now } + .seconds(1))
            var settings = try (0..<(kind == .postgres ? 2 : 1)).map { _ in try EngineHarness.settings() }
            for node in settings.indices { settings[node].identity = "node \(node)" }
            var sent: [(at: Instant, messages: Int)] = []
            var random = SeededGenerator(seed: 41)
            for pass in 1...14 {
                let limit = Int.random(in: 20...90, using: &random)
                try await acme.changeSender { $0.maxPerHour = limit }
                // A second counts until it is wholly an hour old.
                let second = clocked.now.rawValue / 1_000_000 - 3600
                let used = sent.filter { $0.at.rawValue / 1_000_000 >= second }.reduce(0) { $0 + $1.messages }
                let before = asked.value
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for node in settings {
                        group.addTask { try await EngineHarness(database: clocked).runOnePass(node) }
                    }
                    try await group.waitForAll()
                }
                // What was granted for those that were refused before their dot, or to the other node, is for the next pass.
                var seen: Int
                repeat {
                    seen = asked.value
                    try await EngineHarness(database: clocked).runOnePass(settings[0])
                } while asked.value > seen
                let messages = asked.value - before
                #expect(messages == max(0, limit - used), "pass \(pass): \(used) of \(limit) were used")
                sent.append((clocked.now, messages))
                clocked.advance(by: .milliseconds(Int.random(in: 1_000...1_200_000, using: &random)))
            }
            let busy = sent.filter { $0.messages > 0 }
            #expect(busy.count >= 4)
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] == sink.messages.count && tally[.unknown] == 0 && tally[.ready] > 0)
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
    func `in a warm-up change with the day, to the second`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(200)
            try await acme.sendOverSMTP(port: sink.port)
            let clocked = ClockedDatabase(database, at: try await database.read { try $0.now } + .seconds(60))
            let began = clocked.now
            try await acme.changeSender { $0.warmUp = WarmUpPlan(firstDay: 6, growth: 100, beganAt: began) }
            _ = try await acme.startCampaign()
            var sent: [Int] = []
            let day = 86_400
            // Within the first day, in its last second, then the same of the second and the third day.
            for time in [0, 3_600, day - 1, day, day + 1, 2 * day - 1, 2 * day, 2 * day + 7_200] {
                clocked.advance(by: began + .seconds(time) - clocked.now)
                try await EngineHarness(database: clocked).runOnePass()
                sent.append(sink.messages.count)
            }
            #expect(sent == [6, 6, 6, 6 + 12, 6 + 12, 6 + 12, 6 + 12 + 24, 6 + 12 + 24])
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

extension RecordingSMTPSink {
    /// What is refused before its dot costs nothing of the limit; what gets as far as the dot does, and is counted.
    fileprivate func refuseSome(counting asked: Box<Int>, accepting: Reaction) {
        react { envelope in
            if envelope.recipient.hasPrefix("person7") { return .init(recipient: .reply("550 5.1.1 No such user")) }
            asked.change { $0 += 1 }
            return envelope.recipient.hasSuffix("3@example.org")
                ? .init(dot: .reply("451 4.3.0 Disk full")) : .init(dot: accepting)
        }
    }
}
