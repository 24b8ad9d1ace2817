import Campaigns
import Delivery
import Logging
import Persistence
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A row that the database refuses` {
    @Test(arguments: TestDatabase.allCases) func `keeps nobody else from being sent, and is written once it is taken`(
        kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let (acme, sink) = try await Self.account(database)
            let campaign = try await acme.startCampaign()
            try await database.write { try refuseOne($0, kind) }
            let log = RecordedLog()
            let harness = EngineHarness(database: database, logger: log.logger)
            // It is tried for as long as this test may take: nothing here depends on how fast the others are sent.
            var settings = try EngineHarness.settings()
            settings.pausesAfterRefusal = Array(repeating: .milliseconds(100), count: 600)
            try await harness.run(settings) {
                // The next mail of its connection does not wait for it.
                _ = try await harness.wait(for: acme, campaign) { $0[.delivered] == 59 && $0[.dotted] == 1 }
                await log.wait(for: "A message cannot be written down; others go on without it")
                try await database.write { try takeIt($0, kind) }
                let tally = try await harness.wait(for: acme, campaign) { $0.open == 0 }
                #expect(tally[.delivered] == 60)
            }
            #expect(sink.messages.count == 60)
            await sink.stop()
        }
    }

    @Test(arguments: TestDatabase.allCases) func `is set aside when it stays refused, and its sender goes on`(
        kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let (acme, sink) = try await Self.account(database)
            // It has arrived: no policy may send it again.
            try await acme.changeSender { $0.unknownPolicy = .resend }
            try await database.write { try refuseOne($0, kind) }
            let campaign = try await acme.startCampaign()
            let harness = EngineHarness(database: database)
            try await harness.run(try Self.impatient()) {
                let tally = try await harness.wait(for: acme, campaign) { $0.total == 60 && $0.open == 0 }
                #expect(tally[.delivered] == 59 && tally[.unknown] == 1)
            }
            #expect(sink.messages.count == 60)
            #expect(Set(sink.messages.map(\.recipient)).count == 60)
            let reason = """
                The mail server accepted this mail (250), but the database refused to write that down. The server's log has the details.
                """
            #expect(try await acme.messagesWithReasons()["person8@example.org"]?.reason == reason)
            #expect(try await acme.attempts().filter { $0.outcome == .unknown }.map(\.reply) == [reason])
            #expect(try await acme.campaign(campaign).state == .finished)
            await sink.stop()
        }
    }

    @Test(arguments: TestDatabase.allCases) func `that may not be sent is set aside unsent`(kind: TestDatabase)
        async throws
    {
        try await withDatabase(kind) { database in
            let (acme, sink) = try await Self.account(database)
            try await database.write { try refuseOne($0, kind, in: .dotted) }
            let campaign = try await acme.startCampaign()
            let harness = EngineHarness(database: database)
            try await harness.run(try Self.impatient()) {
                let tally = try await harness.wait(for: acme, campaign) { $0.total == 60 && $0.open == 0 }
                #expect(tally[.delivered] == 59 && tally[.quarantined] == 1)
            }
            #expect(sink.messages.count == 59)
            await sink.stop()
        }
    }

    @Test func `of a sender that sends directly is set aside, and the lane ends`() async throws {
        var options = DirectScene.Options()
        options.sinks["127.0.0.2"] = RecordingSMTPSink.Behaviour()
        try await DirectScene.with(options, zones: { _ in ["example.org": "@ MX 10 main\nmain A 127.0.0.2"] }) {
            scene in
            let database = scene.harness.database
            try await database.write { try refuseOne($0, .sqlite) }
            try await scene.account.addRecipients(60)
            let campaign = try await scene.account.startCampaign()
            var settings = scene.settings
            settings.pausesAfterRefusal = [.milliseconds(10)]
            // One pass: it returns when no lane is at work.
            try await scene.harness.runOnePass(settings)
            let tally = try await scene.account.tally(campaign)
            #expect(tally[.delivered] == 59 && tally[.unknown] == 1)
            #expect(scene.sink("127.0.0.2").messages.count == 60)
        }
    }

    @Test(arguments: TestDatabase.allCases) func `that takes no change at all pauses its sender, and no later start`(
        kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let (acme, sink) = try await Self.account(database)
            try await database.write { try refuseAllAfterTheDot($0, kind) }
            let campaign = try await acme.startCampaign()
            let log = RecordedLog()
            let harness = EngineHarness(database: database, logger: log.logger)
            try await harness.run(try Self.impatient()) {
                await log.wait(for: "A sender was paused")
                // Everything else that was in hand has come to its end.
                _ = try await harness.wait(for: acme, campaign) { $0[.claimed] == 0 && $0[.dotted] == 1 }
            }
            let account = acme.account
            let sender = acme.sender
            let reason = try await database.read { try $0.account(account).sender(sender)?.pausedReason }
            #expect(reason?.hasPrefix("The database refuses to write down what became of mail ") == true)
            try await database.write { try $0.account(account).pause(sender, because: nil) }

            let second = RecordedLog(level: .notice)
            let next = EngineHarness(database: database, logger: second.logger)
            var settings = try Self.impatient()
            settings.lease.look = .milliseconds(10)
            try await next.run(settings) {
                let first = await second.wait(for: "epoch.dead")
                #expect(first.hasPrefix("A message cannot be taken over; others go on without it"))
                _ = try await next.wait(for: acme, campaign) { $0[.delivered] == 59 && $0[.dotted] == 1 }
                try await database.write { try takeIt($0, kind) }
                // It is tried again each time somebody looks for the dead, and not told each time.
                _ = try await next.wait(for: acme, campaign) { $0[.unknown] == 1 }
                #expect(await second.wait(for: "epoch.dead").hasPrefix("Took over from a dead start"))
            }
            #expect(sink.messages.count == 60)
            await sink.stop()
        }
    }

    /// Sixty people, and a server that takes four connections.
    private static func account(_ database: any Database) async throws -> (SeededAccount, RecordingSMTPSink) {
        let sink = try await RecordingSMTPSink.start()
        let account = try await SeededAccount(database)
        try await account.addRecipients(60)
        try await account.sendOverSMTP(port: sink.port, connections: 4)
        return (account, sink)
    }

    private static func impatient() throws -> DeliverySettings {
        var settings = try EngineHarness.settings()
        settings.pausesAfterRefusal = [.milliseconds(10)]
        settings.lease.look = .milliseconds(50)
        return settings
    }

    private func refuseOne(_ tx: any Transaction, _ kind: TestDatabase, in state: MessageState = .delivered) throws {
        switch (kind, state) {
        case (.sqlite, .dotted):
            try tx.run(
                """
                CREATE TRIGGER refuses BEFORE UPDATE ON message
                WHEN NEW.state = 'dotted' AND NEW.email = 'person8@example.org'
                BEGIN SELECT RAISE(ABORT, 'not this one'); END
                """)
        case (.sqlite, _):
            try tx.run(
                """
                CREATE TRIGGER refuses BEFORE UPDATE ON message
                WHEN NEW.state = 'delivered' AND NEW.email = 'person8@example.org'
                BEGIN SELECT RAISE(ABORT, 'not this one'); END
                """)
        case (.postgres, .dotted):
            try tx.run(
                """
                ALTER TABLE message
                ADD CONSTRAINT refuses CHECK (state <> 'dotted' OR email <> 'person8@example.org')
                """)
        case (.postgres, _):
            try tx.run(
                """
                ALTER TABLE message
                ADD CONSTRAINT refuses CHECK (state <> 'delivered' OR email <> 'person8@example.org')
                """)
        }
    }

    private func refuseAllAfterTheDot(_ tx: any Transaction, _ kind: TestDatabase) throws {
        switch kind {
        case .sqlite:
            try tx.run(
                """
                CREATE TRIGGER refuses BEFORE UPDATE ON message
                WHEN NEW.state NOT IN ('claimed', 'dotted') AND NEW.email = 'person8@example.org'
                BEGIN SELECT RAISE(ABORT, 'not this one'); END
                """)
        case .postgres:
            try tx.run(
                """
                ALTER TABLE message ADD CONSTRAINT refuses
                CHECK (state IN ('claimed', 'dotted') OR epoch IS NOT NULL OR began_at IS NULL
                    OR email <> 'person8@example.org')
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
