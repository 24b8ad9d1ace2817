import Campaigns
import Delivery
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3))) struct `A full disk` {
    @Test func `stops sending with a line in the log, loses nothing, and sending goes on when there is space`()
        async throws
    {
        try await withDatabase { database in
            let sink = try await RecordingSMTPSink.start()
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(600)
            try await acme.sendOverSMTP(port: sink.port, connections: 2)
            let campaign = try await acme.startCampaign()
            let log = RecordedLog()
            let harness = EngineHarness(database: database, logger: log.logger)
            try await harness.run {
                await sink.waitForMessages(50)
                try await database.fillDisk()
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
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(300)
            try await acme.sendOverSMTP(port: sink.port, connections: 2)
            let campaign = try await acme.startCampaign()
            let log = RecordedLog()
            // It tries a few times, then ends although not all could be written.
            try? await EngineHarness(database: database, logger: log.logger).run {
                await sink.waitForMessages(20)
                try await database.fillDisk()
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
