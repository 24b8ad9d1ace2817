import Campaigns
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@Suite struct `Lists of messages` {
    private static let states: [MessageState?] = [nil] + MessageState.allCases

    @Test(arguments: TestDatabase.allCases)
    func `the queue shows each message of a state once, the newest campaign first, and nobody else's`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let ledger = try LargeLedger(tx)
                let scope = tx.account(ledger.account)
                let all = try ledger.messages(tx)
                for state in Self.states {
                    let expected = all.filter { state == nil || $0.state == state }.map(\.id)
                    for limit in [7, 1500] {
                        let found = try Self.queue(
                            scope, state, pages: limit, upTo: limit == 7 ? 700 : expected.count)
                        #expect(found == Array(expected.prefix(found.count)), "\(state as Any) by \(limit)")
                        #expect(found.count >= min(expected.count, 700))
                    }
                }
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `the queue is searched by a part of the address that mails went to, in any state and over many pages`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let ledger = try LargeLedger(tx)
                let scope = tx.account(ledger.account)
                let all = try ledger.messages(tx)
                for text in ["RARE.test", "strewn", "ÄDA", "x", "@", "nobody at all", "%"] {
                    for state in Self.states {
                        let expected = all.filter {
                            (state == nil || $0.state == state) && $0.email.lowercased().contains(text.lowercased())
                        }.map(\.id)
                        let found = try Self.queue(scope, state, pages: 90, upTo: 700, email: text)
                        #expect(found == Array(expected.prefix(found.count)), "\(text) in \(state as Any)")
                        #expect(found.count >= min(expected.count, 700), "\(text) in \(state as Any)")
                    }
                }
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a campaign shows each message of a state once, in the order of recipients, with and without a search`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let ledger = try LargeLedger(tx)
                try Self.expectTheSame(ledger, tx)
                // Who changed or went is found by the address that the mail went to, and not by another one.
                let scope = tx.account(ledger.account)
                let some = try scope.recipients(AudienceFilter(search: "rare.test"), after: nil, limit: 5)
                for record in some.prefix(2) {
                    var fields = record.fields
                    fields.email = "new\(record.id)@moved.test"
                    _ = try scope.updateRecipient(record.id, fields, key: fields.email)
                }
                for record in some.dropFirst(2) { _ = try scope.deleteRecipient(record.id) }
                try Self.expectTheSame(ledger, tx)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `messages are found after the last recipient was deleted, and others were added`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let ledger = try LargeLedger(tx)
                let scope = tx.account(ledger.account)
                while try scope.deleteRecipients(
                    AudienceFilter(), upTo: Recipient.ID(rawValue: .max), limit: 5000) > 0
                {}
                #expect(try scope.recipientCount() == 0)
                #expect(try tx.count("SELECT COUNT(*) FROM recipient_gram WHERE account_id = \(ledger.account)") == 0)
                try Self.expectTheSame(ledger, tx, ["rare", "person77@"])
                let people = (0..<2000).map { number in
                    let email = "person\(number)@often.test"
                    return (key: email, fields: RecipientFields(email: email))
                }
                try scope.insertRecipients(people, createdAt: try tx.now)
                try tx.run(
                    """
                    INSERT INTO message (account_id, campaign_id, recipient_id, state, next_at, email, merge)
                    SELECT account_id, \(ledger.large), id, 'delivered', 0, email, '' FROM recipient
                    WHERE account_id = \(ledger.account) ORDER BY id
                    """)
                try tx.run(
                    """
                    UPDATE campaign_tally SET messages = messages + 2000
                    WHERE campaign_id = \(ledger.large) AND state = 'delivered'
                    """)
                try Self.expectTheSame(ledger, tx, ["rare", "person77@"])
                let filter = AttemptFilter(email: "person77@")
                let expected = try ledger.attempts(tx).filter { $0.email.lowercased().contains("person77@") }
                #expect(try scope.attempts(filter, limit: 50).map(\.id) == expected.prefix(50).map(\.id))
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `whoever goes on waiting while others are tried is shown once on the pages of those who wait`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx, recipients: 60)
                let scope = tx.account(fixture.account)
                let campaign = try fixture.startedCampaign(tx)
                var (seen, after, turn) = ([Recipient.ID](), Recipient.ID?.none, 0)
                while true {
                    let page = try scope.messages(of: campaign, state: .ready, after: after, limit: 7)
                    guard let last = page.last else { break }
                    seen += page.map(\.recipientID)
                    after = last.recipientID
                    turn += 1
                    // The page's own last one is put off, another one is delivered, and a later one is put off.
                    let later = fixture.recipients[min(turn * 7 + 3, 59)]
                    try tx.run(
                        """
                        UPDATE message SET next_at = \(90_000 - turn) WHERE campaign_id = \(campaign)
                            AND recipient_id IN (\(last.recipientID), \(later))
                        """)
                    try tx.run("UPDATE message SET state = 'delivered' WHERE id = \(page[0].id)")
                }
                #expect(seen == fixture.recipients)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `what waits is listed whole while a campaign is being sent, however it came to wait`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx, recipients: 60)
                let scope = tx.account(fixture.account)
                let campaign = try fixture.startedCampaign(tx)
                let epoch = try tx.beginEpoch(node: "test")
                func claim(_ count: Int) throws -> [ClaimedMessage] {
                    var batch = LedgerBatch()
                    batch.claims = [Claim(sender: fixture.sender, limit: count)]
                    return try tx.apply(batch, epoch: epoch).claimed[0]
                }
                func expectAllThatWait(_ count: Int) throws {
                    let waiting = try tx.rows(
                        "SELECT id FROM message WHERE campaign_id = \(campaign) AND state = 'ready' ORDER BY id"
                    ) { try $0.id(0) as Message.ID }
                    #expect(waiting.count == count)
                    #expect(try scope.messages(of: campaign, state: .ready, limit: 100).map(\.id) == waiting)
                    #expect(try scope.messages(in: .ready, limit: 100).map(\.id) == waiting)
                }
                let claimed = try claim(20)
                #expect(claimed.map(\.recipientID) == Array(fixture.recipients[..<20]))
                var intents = LedgerBatch()
                intents.intents = Array(claimed[8...])
                _ = try tx.apply(intents, epoch: epoch)
                try expectAllThatWait(40)
                var outcomes = LedgerBatch()
                outcomes.outcomes = claimed.enumerated().compactMap { place, message in
                    let result: Outcome.Result? =
                        switch place {
                        case 0, 1: .released
                        case 2: .postponed(until: message.beganAt)
                        case 3: .held(until: message.beganAt)
                        case 4...7: nil
                        case 8, 9: .unknown
                        case 10: .retry(at: message.beganAt)
                        default: .delivered
                        }
                    return result.map {
                        Outcome(
                            message: message, result: $0, reachedTheDot: place > 7, reply: "said so", step: "message")
                    }
                }
                _ = try tx.apply(outcomes, epoch: epoch)
                try expectAllThatWait(45)
                #expect(try scope.settle(.unknown, of: campaign, as: .again, by: "ada", expiry: .seconds(60)) == 2)
                try expectAllThatWait(47)
                // The next start finds four in the hands of this one.
                _ = try tx.rescue(except: try tx.beginEpoch(node: "test"))
                try expectAllThatWait(51)
                let late = try scope.messages(of: campaign, state: .ready, limit: 100)[50].id
                #expect(try scope.sendNow(late))
                try expectAllThatWait(51)
                // Whatever came back leaves first, and those in the middle of it are all that is left out of the order.
                #expect(
                    try tx.one("SELECT COUNT(*) FROM message WHERE next_at = 0 AND state = 'ready'") { try $0.int(0) }
                        == 39)
            }
        }
    }

    @Test func `every list of messages and of the log is found by an index`() async throws {
        try await withDatabase { database in
            try await database.write { tx in
                let ledger = try LargeLedger(tx)
                let watched = ExplainedTransaction(tx)
                let scope = watched.account(ledger.account)
                for state in Self.states {
                    _ = try scope.messages(in: state, limit: 51)
                    for text in ["", "rare", "often"] {
                        _ = try scope.messages(of: ledger.large, state: state, limit: 101, email: text)
                    }
                }
                for outcome in [nil] + AttemptRecord.Outcome.allCases {
                    for campaign in [nil, ledger.large, ledger.small] {
                        for text in ["", "rare", "often"] {
                            let filter = AttemptFilter(outcome: outcome, campaign: campaign, email: text)
                            _ = try scope.attempts(filter, limit: 51)
                        }
                    }
                }
                #expect(watched.plans.steps.contains { $0.contains("COVERING INDEX attempt_of_account") })
                #expect(watched.plans.steps.contains { $0.contains("COVERING INDEX attempt_trouble") })
                // What is in hand is few, and has an index of its own.
                let inHand = "SCAN m USING INDEX message_in_flight"
                #expect(watched.plans.steps.contains(inHand))
                #expect(
                    watched.plans.steps.contains {
                        $0.hasSuffix("(campaign_id=? AND recipient_id>? AND recipient_id<?)")
                    })
                for step in watched.plans.steps where step != inHand {
                    #expect(!step.hasPrefix("SCAN message") && !step.hasPrefix("SCAN m"), "\(step)")
                    #expect(!step.hasPrefix("SCAN attempt"), "\(step)")
                    #expect(!step.hasSuffix("INDEX attempt_of_account (account_id=?)"), "\(step)")
                }
            }
        }
    }

    @Test func `on PostgreSQL pages read few rows, whatever its statistics say`() async throws {
        try await withDatabase(.postgres) { database in
            // It knows nothing of what comes.
            try await database.write { _ = try $0.run("ANALYZE message, attempt, campaign") }
            let ledger = try await database.write { try LargeLedger($0) }
            try await database.read { tx in
                try tx.run("SET LOCAL plan_cache_mode = force_generic_plan")
                let scope = tx.account(ledger.account)
                func read() throws -> Int {
                    try tx.count(
                        """
                        SELECT CAST(SUM(COALESCE(seq_tup_read, 0) + COALESCE(idx_tup_fetch, 0)) AS BIGINT)
                        FROM pg_stat_xact_user_tables WHERE relname IN ('message', 'attempt')
                        """)
                }
                func expectFew(_ most: Int, _ what: String, _ look: () throws -> Void) throws {
                    let before = try read()
                    try look()
                    let rows = try read() - before
                    #expect(rows <= most, "\(what) read \(rows) rows")
                }
                // Two entries for each message at most; the same with any statistics that say it is quick to read all.
                let shown = try scope.messages(in: .delivered, limit: 51).map(\.id)
                try expectFew(110, "who was rehearsed") { _ = try scope.rehearsed(among: shown) }
                for state in Self.states {
                    // All that were put off are looked at.
                    let most = state == .ready ? 2500 : 1000
                    try expectFew(most, "queue of \(state as Any)") { _ = try scope.messages(in: state, limit: 51) }
                    let place = MessagePlace(campaign: ledger.large, recipient: Recipient.ID(rawValue: 3000))
                    try expectFew(most, "next page of \(state as Any)") {
                        _ = try scope.messages(in: state, after: place, limit: 51)
                    }
                    try expectFew(most, "campaign's \(state as Any)") {
                        _ = try scope.messages(of: ledger.large, state: state, limit: 101)
                    }
                    try expectFew(2500, "rare among \(state as Any)") {
                        _ = try scope.messages(of: ledger.large, state: state, limit: 101, email: "rare")
                    }
                }
                for outcome in [nil] + AttemptRecord.Outcome.ofAttempts {
                    for campaign in [nil, ledger.large] {
                        let filter = AttemptFilter(outcome: outcome, campaign: campaign)
                        // While nothing was tidied up, what an index tells is looked up in the table.
                        try expectFew(9000, "log of \(filter)") { _ = try scope.attempts(filter, limit: 51) }
                    }
                    try expectFew(5000, "rare in the log of \(outcome as Any)") {
                        _ = try scope.attempts(AttemptFilter(outcome: outcome, email: "rare"), limit: 51)
                    }
                }
            }
        }
    }

    /// Page after page of the queue, until there are so many or no more.
    private static func queue(
        _ scope: AccountScope, _ state: MessageState?, pages size: Int, upTo most: Int, email: String = ""
    ) throws -> [Message.ID] {
        var (found, place) = ([Message.ID](), MessagePlace?.none)
        while found.count < most {
            let page = try scope.messages(in: state, after: place, limit: size, email: email)
            guard let last = page.last else { break }
            found += page.map(\.id)
            place = MessagePlace(campaign: last.campaignID, recipient: last.recipientID)
        }
        return found
    }

    private static func expectTheSame(
        _ ledger: LargeLedger, _ tx: any Transaction,
        _ texts: [String] = [
            "", "rare.test", "STREWN", "person77", "äda", "often", "moved", "nobody", "@", "9@often.test",
        ]
    ) throws {
        let scope = tx.account(ledger.account)
        let all = try ledger.messages(tx).filter { $0.campaign == ledger.large }
        for state in states {
            for text in texts {
                let expected = all.filter {
                    (state == nil || $0.state == state)
                        && (text.isEmpty || $0.email.lowercased().contains(text.lowercased()))
                }
                var (found, after) = ([Message.ID](), Recipient.ID?.none)
                let limit = expected.count > 1000 ? 900 : 17
                while true {
                    let page = try scope.messages(
                        of: ledger.large, state: state, after: after, limit: limit, email: text)
                    guard let last = page.last else { break }
                    found += page.map(\.id)
                    after = last.recipientID
                }
                #expect(found == expected.map(\.id), "\(text) among \(state as Any)")
                let queue = try ledger.messages(tx).filter {
                    (state == nil || $0.state == state) && $0.email.lowercased().contains(text.lowercased())
                }
                let page = try scope.messages(in: state, limit: 60, email: text)
                #expect(page.map(\.id) == queue.prefix(60).map(\.id), "\(text) in the queue, \(state as Any)")
            }
        }
    }
}

@Suite struct `The log` {
    @Test(arguments: TestDatabase.allCases)
    func `shows what matches outcome, campaign and address, alone and together, the newest first`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let ledger = try LargeLedger(tx)
                let scope = tx.account(ledger.account)
                let all = try ledger.attempts(tx)
                for outcome in [nil, .delivered, .failed, .deferred, .opened, .bounced] as [AttemptRecord.Outcome?] {
                    for campaign in [nil, ledger.large, ledger.small] {
                        for text in ["", "rare.test", "strewn", "ÄDA", "often", "nobody"] {
                            let expected = all.filter {
                                (outcome == nil || $0.outcome == outcome)
                                    && (campaign == nil || $0.campaign == campaign)
                                    && (text.isEmpty || $0.email.lowercased().contains(text.lowercased()))
                            }
                            let filter = AttemptFilter(outcome: outcome, campaign: campaign, email: text)
                            var (found, before) = ([Int64](), Int64?.none)
                            let limit = expected.count > 200 ? 2000 : 17
                            while true {
                                let page = try scope.attempts(filter, before: before, limit: limit)
                                guard let last = page.last else { break }
                                found += page.map(\.id)
                                before = last.id
                            }
                            #expect(found == expected.map(\.id), "\(filter)")
                        }
                    }
                }
                #expect(try tx.account(ledger.other).attempts(AttemptFilter(campaign: ledger.large), limit: 5).isEmpty)
            }
        }
    }
}
