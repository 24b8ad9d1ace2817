import Campaigns
import Delivery
import Persistence
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A row that the database refuses` {
    @Test(arguments: TestDatabase.allCases) func `keeps nobody else from being sent, and is written once it is taken`(
        kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(60)
            try await acme.sendOverSMTP(port: sink.port, connections: 4)
            let campaign = try await acme.startCampaign()
            try await database.write { try refuseOne($0, kind) }
            let log = RecordedLog()
            let harness = EngineHarness(database: database, logger: log.logger)
            try await harness.run {
                // Its connection has the next mail in hand.
                _ = try await harness.wait(for: acme, campaign) { $0[.delivered] >= 58 && $0[.dotted] == 1 }
                await log.wait(for: "A message cannot be written down; others go on without it")
                try await database.write { try takeIt($0, kind) }
                let tally = try await harness.wait(for: acme, campaign) { $0.open == 0 }
                #expect(tally[.delivered] == 60)
            }
            #expect(sink.messages.count == 60)
            await sink.stop()
        }
    }

    private func refuseOne(_ tx: any Transaction, _ kind: TestDatabase) throws {
        switch kind {
        case .sqlite:
            try tx.run(
                """
                CREATE TRIGGER refuses BEFORE UPDATE ON message
                WHEN NEW.state = 'delivered' AND NEW.email = 'person8@example.org'
                BEGIN SELECT RAISE(ABORT, 'not this one'); END
                """)
        case .postgres:
            try tx.run(
                """
                ALTER TABLE message
                ADD CONSTRAINT refuses CHECK (state <> 'delivered' OR email <> 'person8@example.org')
                """)
        }
    }

    private func takeIt(_ tx: any Transaction, _ kind: TestDatabase) throws {
        switch kind {
        case .sqlite: try tx.run("DROP TRIGGER refuses")
        case .postgres: try tx.run("ALTER TABLE message DROP CONSTRAINT refuses")
        }
    }
}
