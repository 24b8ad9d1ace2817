import Campaigns
import Delivery
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A full disk` {
    /// Fills the disk while mails are being sent: after the first twenty the server takes its time until it is full, so that
    /// however late that is, there is something left to be written.
    private func fill(
        _ database: SQLiteDatabase, _ sink: RecordingSMTPSink, while harness: EngineHarness,
        sends campaign: Campaign.ID,
        of acme: SeededAccount, _ count: Int
    ) async throws {
        await sink.waitForMessages(20)
        _ = try await harness.wait(for: acme, campaign) { $0.total == count }
        try await database.fillDisk()
        sink.react { _ in .init() }
    }

    private func slowsDown(_ sink: RecordingSMTPSink) {
        let quick = Box(20)
        sink.react { _ in
            quick.change { $0 -= 1 }
            return .init(dot: quick.value >= 0 ? .accept : .after(.milliseconds(500), .accept))
        }
    }

    @Test func `stops sending with a line in the log, loses nothing, and sending goes on when there is space`()
        async throws
    {
        try await withDatabase { database in
            let sink = try await RecordingSMTPSink.start()
            slowsDown(sink)
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(600)
            try await acme.sendOverSMTP(port: sink.port, connections: 2)
            let campaign = try await acme.startCampaign()
            let log = RecordedLog()
            let harness = EngineHarness(database: database, logger: log.logger)
            try await harness.run {
                try await fill(database, sink, while: harness, sends: campaign, of: acme, 600)
                let line = await log.wait(for: "The ledger cannot be written; sending waits")
                #expect(line.contains("full"))
                // Now every connection waits for the ledger: nothing more goes out, however often it is tried.
                await log.wait(for: "The ledger cannot be written")
                let sent = sink.messages.count
                await log.wait(for: "The ledger cannot be written")
                #expect(sink.messages.count == sent)
                #expect(sent < 600)
                let meanwhile = try await acme.tally(campaign)
                #expect(meanwhile.total == 600)
                #expect(meanwhile[.delivered] <= sent)

                try await database.makeSpace()
                let tally = try await harness.wait(for: acme, campaign) { $0.open == 0 }
                #expect(tally[.delivered] == 600)
            }
            #expect(sink.messages.count == 600)
            #expect(Set(sink.messages.map(\.recipient)).count == 600)
            await sink.stop()
        }
    }

    @Test func `that comes with the end of the process leaves at most one message of a connection in doubt`()
        async throws
    {
        try await withDatabase { database in
            let sink = try await RecordingSMTPSink.start()
            slowsDown(sink)
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(300)
            try await acme.sendOverSMTP(port: sink.port, connections: 2)
            let campaign = try await acme.startCampaign()
            let log = RecordedLog()
            // It tries a few times, then ends although not all could be written.
            let harness = EngineHarness(database: database, logger: log.logger)
            try? await harness.run {
                try await fill(database, sink, while: harness, sends: campaign, of: acme, 300)
                await log.wait(for: "The ledger cannot be written")
            }
            let stopped = try await acme.tally(campaign)
            #expect(stopped.total == 300 && stopped[.delivered] < 300)
            try await database.makeSpace()
            try await EngineHarness(database: database).runOnePass()
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] + tally[.unknown] == 300)
            #expect(tally[.unknown] <= 2)
            #expect(Set(sink.messages.map(\.recipient)).count == 300)
            #expect(sink.messages.count == 300)
            await sink.stop()
        }
    }
}
