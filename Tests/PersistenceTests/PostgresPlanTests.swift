import Campaigns
import Persistence
import TestSupport
import Testing

/// PostgreSQL chooses how to run a statement by what it knew of the tables when it last looked, which may be before an import
/// or a start.
@Suite struct `What PostgreSQL reads, however little it knows` {
    @Test func `PostgreSQL hears of a campaign that has become large before it is sent`() async throws {
        try await withDatabase(.postgres) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx, recipients: 1000)
                _ = try fixture.startedCampaign(tx)
                let known = try tx.count(
                    "SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE oid = 'message'::regclass")
                #expect(known == 1000)
            }
        }
    }

    @Test func `a piece of planning reads its own recipients only, however little PostgreSQL knows of the others`()
        async throws
    {
        try await withDatabase(.postgres) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx, recipients: 10)
                try tx.run("ANALYZE recipient")
                try tx.run("ANALYZE suppression")
                try tx.run(
                    """
                    INSERT INTO recipient (account_id, email, email_key, created_at, updated_at)
                    SELECT \(fixture.account), i || '@example.org', i || '@example.org', 0, 0 FROM generate_series(1, 20000) AS i
                    """)
                try tx.run(
                    """
                    INSERT INTO suppression (account_id, email_key, email, reason, created_at)
                    SELECT \(fixture.account), i || '@example.org', i || '@example.org', 'unsubscribed', 0
                    FROM generate_series(1, 20000, 2) AS i
                    """)
                let campaign = try fixture.begunCampaign(tx)
                let before = try rowsRead(tx, of: ["recipient", "suppression"])
                for _ in 0..<10 { #expect(try !tx.plan(campaign, filter: AudienceFilter(), limit: 100)) }
                let read = try rowsRead(tx, of: ["recipient", "suppression"]) - before
                // Each recipient twice (where the piece ends, and itself), and once for its suppression.
                #expect(read < 4000, "\(read) rows were read for 1,000 messages")
                #expect(try tx.count("SELECT COUNT(*) FROM message WHERE state = 'cancelled'") == 495)
            }
        }
    }

    @Test func `what is due is found without a walk over all that is ready, however old PostgreSQL's plan is`()
        async throws
    {
        try await withDatabase(.postgres) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let (large, resting) = (try fixture.startedCampaign(tx), try fixture.startedCampaign(tx))
                try tx.run("UPDATE message SET next_at = \(try tx.now + .seconds(3600)) WHERE campaign_id = \(resting)")
                // A statement is planned anew only until it has been run some times.
                for _ in 0..<10 { _ = try tx.sendersWithDueMessages() }
                try tx.run(
                    """
                    INSERT INTO message (account_id, campaign_id, recipient_id, state, next_at, email, merge)
                    SELECT \(fixture.account), \(large), i, 'ready', 0, 'ada@example.org', ''
                    FROM generate_series(1000000, 1020000) AS i
                    """)
                let before = try rowsRead(tx, of: ["message"])
                #expect(try tx.sendersWithDueMessages() == [fixture.sender])
                let read = try rowsRead(tx, of: ["message"]) - before
                #expect(read < 1000, "\(read) rows of messages were read")
            }
        }
    }

    /// Behind IN the query that finds them was run for each row of the table, and found others each time.
    @Test func `a claim takes no more than its limit where PostgreSQL believes that there is hardly a message`()
        async throws
    {
        try await withDatabase(.postgres) { database in
            try await database.write { tx in
                let small = try CampaignFixture(tx, recipients: 1)
                _ = try small.startedCampaign(tx)
                try tx.run("ANALYZE message")
                let epoch = try tx.beginEpoch(node: "test")
                // A statement is planned anew only until it has been run some times.
                for _ in 0..<10 {
                    var batch = LedgerBatch()
                    batch.claims = [Claim(sender: small.sender, limit: 3)]
                    let claimed = try tx.apply(batch, epoch: epoch).claimed[0]
                    #expect(claimed.count == 1)
                    batch = LedgerBatch()
                    batch.outcomes = claimed.map { outcome($0, .released, dotted: false) }
                    _ = try tx.apply(batch, epoch: epoch)
                }
                let fixture = try CampaignFixture(tx, name: "Bob's shop", recipients: 800)
                _ = try fixture.startedCampaign(tx)
                var batch = LedgerBatch()
                batch.claims = [Claim(sender: fixture.sender, limit: 3)]
                let claimed = try tx.apply(batch, epoch: epoch).claimed[0]
                #expect(claimed.count == 3)
                #expect(try tx.count("SELECT COUNT(*) FROM message WHERE state = 'claimed'") == 3)
            }
        }
    }

    /// By each message there is one look; it took eight seconds to walk over all messages for each entry.
    @Test func `the entries of a campaign of some thousands are found at once`() async throws {
        try await withDatabase(.postgres) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx, recipients: 1)
                let campaign = try fixture.startedCampaign(tx)
                try tx.run("ANALYZE attempt")
                try tx.run(
                    """
                    INSERT INTO message (account_id, campaign_id, recipient_id, state, next_at, email, merge)
                    SELECT \(fixture.account), \(campaign), i, 'delivered', 0, 'ada@example.org', ''
                    FROM generate_series(1000000, 1002000) AS i
                    """)
                try tx.run(
                    """
                    INSERT INTO attempt (account_id, campaign_id, message_id, at, outcome, step, email)
                    SELECT account_id, campaign_id, id, 0, 'delivered', 'message', email FROM message
                    WHERE campaign_id = \(campaign) AND state = 'delivered'
                    """)
                try tx.run(
                    """
                    INSERT INTO attempt (account_id, campaign_id, message_id, at, outcome, step, email)
                    SELECT \(fixture.account), \(campaign) + 1, i, 0, 'delivered', 'message', 'ada@example.org'
                    FROM generate_series(1000000, 1020000) AS i
                    """)
                try tx.run("SET LOCAL statement_timeout = '4s'")
                let entries = try tx.account(fixture.account).attempts(
                    AttemptFilter(outcome: .delivered, campaign: campaign), limit: 50)
                #expect(entries.count == 50)
            }
        }
    }

    /// It believed that hardly any are left when those who opened are out, and read all messages, by three processes.
    @Test func `those who did not open are found by a walk that ends with the page`() async throws {
        try await withDatabase(.postgres) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx, recipients: 1)
                let campaign = try fixture.startedCampaign(tx)
                try tx.run(
                    """
                    INSERT INTO message (account_id, campaign_id, recipient_id, state, next_at, email, merge)
                    SELECT \(fixture.account), \(campaign), i, CASE WHEN i <= 1002000 THEN 'delivered' ELSE 'ready' END, 0,
                        'ada@example.org', ''
                    FROM generate_series(1000000, 1040000) AS i
                    """)
                try tx.run("ANALYZE message")
                try tx.run(
                    """
                    INSERT INTO campaign_tally (account_id, campaign_id, state, messages)
                    VALUES (\(fixture.account), \(campaign), 'delivered', 2001)
                    ON CONFLICT (account_id, campaign_id, state) DO UPDATE SET messages = 2001
                    """)
                let before = try rowsRead(tx, of: ["message"])
                let readers = try tx.account(fixture.account).readers(of: campaign, .unopened, limit: 100)
                #expect(readers.map(\.recipient.rawValue) == Array(1_000_000..<1_000_100))
                let read = try rowsRead(tx, of: ["message"]) - before
                #expect(read < 1000, "\(read) rows of messages were read")
            }
        }
    }

    /// Compiling takes half a second where an estimate is far too high, as those of a walk that ends early are.
    @Test func `PostgreSQL compiles no statement`() async throws {
        try await withDatabase(.postgres) { database in
            let compiles: @Sendable (any Transaction) throws -> String? = { tx in
                try tx.first("SELECT current_setting('jit')") { try $0.string(0) }
            }
            let (reading, writing) = (try await database.read(compiles), try await database.write(compiles))
            #expect(reading == "off" && writing == "off")
        }
    }

    /// In this transaction.
    private func rowsRead(_ tx: any Transaction, of tables: [String]) throws -> Int {
        try tx.count(
            """
            SELECT CAST(SUM(COALESCE(idx_tup_fetch, 0) + COALESCE(seq_tup_read, 0)) AS BIGINT) FROM pg_stat_xact_user_tables
            WHERE relname = ANY (string_to_array(\(tables.joined(separator: ",")), ','))
            """)
    }
}
