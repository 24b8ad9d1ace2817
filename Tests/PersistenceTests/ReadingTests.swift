import Campaigns
import Persistence
import TestSupport
import Testing

@Suite struct `Openings and clicks in the ledger` {
    /// A campaign of which all mails are delivered (or in another state) and everything is counted.
    private struct Sent {
        var fixture: CampaignFixture
        var campaign: Campaign.ID
        var messages: [Message.ID]

        init(_ tx: any Transaction, state: MessageState = .delivered, recipients: Int = 3) throws {
            fixture = try CampaignFixture(tx, recipients: recipients)
            let scope = tx.account(fixture.account)
            campaign = try scope.createCampaign(
                CampaignDraft(
                    name: "November", templateID: fixture.template, senderID: fixture.sender, audienceFilter: "{}",
                    scheduledAt: nil))
            _ = try scope.startCampaignNow(campaign)
            for due in try tx.dueCampaigns() where due.id == campaign {
                try tx.begin(due, expiry: .seconds(3600))
                try scope.freezeTracking(of: campaign) { _ in
                    ["https://a.example/", "https://b.example/", "https://c.example/{company}"]
                }
            }
            _ = try tx.plan(campaign, filter: AudienceFilter(), limit: 1000)
            try fixture.put(recipients, of: campaign, into: state, tx)
            let id = campaign
            messages = try tx.rows("SELECT id FROM message WHERE campaign_id = \(id) ORDER BY id") { try $0.id(0) }
        }

        /// One hit of a message, an hour after all is delivered.
        func hits(
            _ index: Int, _ link: Int64? = nil, sign: MachineSign? = nil, count: Int = 1, after seconds: Double = 3600,
            in tx: any Transaction
        ) throws -> MessageHits {
            let at = try tx.now + .milliseconds(Int(seconds * 1000))
            return MessageHits(
                account: fixture.account, message: messages[index],
                hits: [Hits(link: link, sign: sign, network: "203.0.113.0/24", first: at, last: at, count: count)])
        }

        func tally(_ tx: any Transaction) throws -> ReadingTally {
            try tx.account(fixture.account).readings(of: campaign)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `of another installation are counted at their own times, and add to what is here`(_ kind: TestDatabase)
        async throws
    {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let sent = try Sent(tx)
                let scope = tx.account(sent.fixture.account)
                let other = try Sent(tx)
                let at = Instant(rawValue: 1_700_000_000_000_000)
                let readings = [
                    ImportedReading(message: sent.messages[0], at: at, isClick: false),
                    ImportedReading(message: sent.messages[0], at: at + .seconds(9), isClick: false, sign: .scanner),
                    ImportedReading(message: sent.messages[1], at: at, isClick: true, url: "https://b.example/"),
                    ImportedReading(message: sent.messages[1], at: at, isClick: true, url: "https://new.example/"),
                    ImportedReading(message: sent.messages[2], at: at, isClick: true),
                    // Of another account.
                    ImportedReading(message: other.messages[0], at: at, isClick: false),
                ]
                #expect(try scope.importReadings(readings, of: sent.campaign) == 5)
                let tally = try sent.tally(tx)
                #expect(tally[.opens] == 2 && tally[.humanOpens] == 1 && tally[.opened] == 3)
                #expect(tally[.clicks] == 3 && tally[.clicked] == 2)
                #expect(try other.tally(tx)[.opens] == 0)
                let links = try tx.rows(
                    "SELECT link, clicks FROM link_tally WHERE campaign_id = \(sent.campaign) ORDER BY link"
                ) { [try $0.int64(0), try $0.int64(1)] }
                #expect(links == [[1, 1], [3, 1]])
                let days = try tx.rows("SELECT day FROM daily WHERE outcome = 'opened' AND day < 19700") {
                    try $0.int64(0)
                }
                #expect(days == [1_700_000_000 / 86_400])
                _ = try tx.write([sent.hits(0, in: tx)], clock: try tx.now)
                #expect(try sent.tally(tx)[.opens] == 3 && sent.tally(tx)[.opened] == 3)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `are counted once for each message, and each time`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let sent = try Sent(tx)
                let clock = try tx.now
                let first = try tx.write(
                    [sent.hits(0, count: 2, in: tx), sent.hits(1, sign: .gmailProxy, in: tx)], clock: clock)
                #expect(first.counted == 3 && first.leftOut == 0)
                _ = try tx.write(
                    [sent.hits(0, in: tx), sent.hits(0, sign: .applePrivacy, in: tx), sent.hits(1, in: tx)],
                    clock: clock)
                let tally = try sent.tally(tx)
                #expect(tally[.opens] == 6 && tally[.humanOpens] == 4)
                #expect(tally[.opened] == 2 && tally[.humanOpened] == 2)
                #expect(tally.machineOpens == [.gmailProxy: 1, .applePrivacy: 1])
                #expect(tally[.clicks] == 0 && tally[.clicked] == 0)
                let readers = try tx.account(sent.fixture.account).readers(of: sent.campaign, .opened, limit: 10)
                #expect(readers.map(\.humanOpens) == [3, 1] && readers.map(\.opens) == [4, 2])
                let unopened = try tx.account(sent.fixture.account).readers(of: sent.campaign, .unopened, limit: 10)
                #expect(unopened.map(\.message) == [sent.messages[2]])
            }
        }
    }

    /// An index by campaign holds the numbers too, and SQLite would look for a page's rows among a million of them.
    @Test(arguments: [ReaderFilter.all, .unopened])
    func `are found by the numbers of the mails, however many the campaign has`(_ filter: ReaderFilter) async throws {
        try await withDatabase(.sqlite) { database in
            try await database.write { tx in
                let sent = try Sent(tx)
                let watched = ExplainedTransaction(tx)
                _ = try watched.account(sent.fixture.account).readers(of: sent.campaign, filter, limit: 10)
                #expect(watched.plans.steps.contains("SEARCH m USING INTEGER PRIMARY KEY (rowid=?)"))
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `of links are counted by link and by recipient, and whoever clicks has opened`(_ kind: TestDatabase)
        async throws
    {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let sent = try Sent(tx)
                let clock = try tx.now
                _ = try tx.write([sent.hits(0, 1, in: tx), sent.hits(1, 1, count: 3, in: tx)], clock: clock)
                _ = try tx.write([sent.hits(0, 1, in: tx), sent.hits(0, 2, sign: .scanner, in: tx)], clock: clock)
                let tally = try sent.tally(tx)
                #expect(tally[.clicks] == 6 && tally[.humanClicks] == 5)
                #expect(tally[.clicked] == 2 && tally[.humanClicked] == 2)
                #expect(tally[.opened] == 2 && tally[.humanOpened] == 2 && tally[.opens] == 0)
                let scope = tx.account(sent.fixture.account)
                let links = try scope.topLinks(of: sent.campaign, limit: 10)
                #expect(links.map(\.url) == ["https://b.example/", "https://c.example/{company}"])
                #expect(links.map(\.clicks) == [5, 1] && links.map(\.humanClicks) == [5, 0])
                #expect(links.map(\.clicked) == [2, 1] && links.map(\.humanClicked) == [2, 0])
                let hours = try scope.readingHours(of: sent.campaign, limit: 10)
                #expect(hours.reduce(0) { $0 + $1.clicks } == 6 && hours.reduce(0) { $0 + $1.humanClicks } == 5)
                let log = try scope.attempts(AttemptFilter(outcome: .clicked), limit: 10)
                #expect(
                    log.count == 4 && log.contains { $0.step == "scanner" && $0.reply == "https://c.example/{company}" }
                )
                #expect(try scope.days(since: 0).first { $0.outcome == .clicked }?.messages == 2)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a scanner that follows all links at once is no person`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let sent = try Sent(tx)
                var burst = try sent.hits(0, 0, in: tx)
                burst.hits += try sent.hits(0, 1, in: tx).hits + sent.hits(0, 2, in: tx).hits
                _ = try tx.write([burst], clock: tx.now)
                let tally = try sent.tally(tx)
                #expect(tally[.clicks] == 3 && tally[.humanClicks] == 0 && tally.machineClicks == [.manyLinks: 3])
                #expect(tally[.opened] == 0, "a machine that clicks has shown the mail to nobody")
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `prove that a mail of which nobody knew has arrived`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let sent = try Sent(tx, state: .unknown)
                #expect(try sent.fixture.tallied(sent.campaign, tx) == [.unknown: 3])
                let written = try tx.write(
                    [sent.hits(0, in: tx), sent.hits(1, 0, sign: .scanner, in: tx)], clock: tx.now)
                #expect(written.settled == 2)
                #expect(try sent.fixture.tallied(sent.campaign, tx) == [.delivered: 2, .unknown: 1])
                #expect(try sent.fixture.counted(sent.campaign, tx) == [.delivered: 2, .unknown: 1])
                let history = try tx.account(sent.fixture.account).attempts(of: sent.messages[0])
                #expect(history.contains { $0.step == "evidence" && $0.outcome == .delivered })
                _ = try tx.write([sent.hits(0, in: tx)], clock: tx.now)
                #expect(try sent.fixture.tallied(sent.campaign, tx) == [.delivered: 2, .unknown: 1])
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `keep a mail from being sent again that waits only because nobody knew`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let sent = try Sent(tx, state: .unknown)
                _ = try tx.account(sent.fixture.account).settle(
                    .unknown, of: sent.campaign, as: .again, by: "Ada", expiry: .seconds(3600))
                #expect(try sent.fixture.tallied(sent.campaign, tx) == [.ready: 3])
                _ = try tx.write([sent.hits(2, in: tx)], clock: tx.now)
                #expect(try sent.fixture.tallied(sent.campaign, tx) == [.ready: 2, .delivered: 1])
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `are not counted of mails that were never sent, are gone, or are another account's`(_ kind: TestDatabase)
        async throws
    {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let sent = try Sent(tx)
                let waiting = try CampaignFixture(tx, name: "Waiting", recipients: 1)
                let campaign = try waiting.startedCampaign(tx)
                let message = try tx.one("SELECT id FROM message WHERE campaign_id = \(campaign)") {
                    try $0.id(0, as: Message.ID.self)
                }
                var foreign = try sent.hits(0, in: tx)
                foreign.account = waiting.account
                var unsent = foreign
                unsent.message = message
                var gone = try sent.hits(0, in: tx)
                gone.message = Message.ID(rawValue: 1 << 40)
                let written = try tx.write([foreign, unsent, gone], clock: tx.now)
                #expect(written.counted == 0 && written.leftOut == 3)
                #expect(try sent.tally(tx) == ReadingTally())
                #expect(try tx.count("SELECT COUNT(*) FROM reading") == 0)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases, ["account", "campaign", "recipient"])
    func `are not counted where that was switched off, after the mail was sent too`(_ kind: TestDatabase, _ by: String)
        async throws
    {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let sent = try Sent(tx)
                let scope = tx.account(sent.fixture.account)
                switch by {
                case "account": try scope.setTracking(TrackingChoices(opens: false, clicks: true, networks: false))
                case "campaign": try tx.run("UPDATE campaign SET tracks_opens = 0")
                default: _ = try scope.setUntracked(true, key: "person0@example.org")
                }
                _ = try tx.write([sent.hits(0, in: tx), sent.hits(1, 0, in: tx)], clock: tx.now)
                let tally = try sent.tally(tx)
                #expect(tally[.opens] == 0 && tally[.humanClicked] == 1)
                #expect(tally[.opened] == (by == "recipient" ? 1 : 0), "no opening is made up from a click")
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `of whoever wants none are not in the message either, whatever is imported later`(_ kind: TestDatabase)
        async throws
    {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                #expect(try scope.setUntracked(true, key: "person1@example.org"))
                #expect(try !scope.setUntracked(true, key: "person1@example.org"))
                _ = try scope.deleteRecipient(fixture.recipients[1])
                _ = try scope.addRecipient(RecipientFields(email: "person1@example.org"), key: "person1@example.org")
                #expect(try scope.isUntracked(key: "person1@example.org"))
                let campaign = try fixture.startedCampaign(tx)
                let left = try tx.rows("SELECT email FROM message WHERE campaign_id = \(campaign) AND untracked = 1") {
                    try $0.string(0)
                }
                #expect(left == ["person1@example.org"])
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a flood of one mail fills no log`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let sent = try Sent(tx)
                for _ in 0..<120 { _ = try tx.write([sent.hits(0, in: tx)], clock: tx.now) }
                #expect(try sent.tally(tx)[.opens] == 120)
                #expect(try tx.count("SELECT COUNT(*) FROM attempt WHERE outcome = 'opened'") == 100)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `keep the reader's network only where the account wants it`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let sent = try Sent(tx)
                let scope = tx.account(sent.fixture.account)
                _ = try tx.write([sent.hits(0, in: tx)], clock: tx.now)
                try scope.setTracking(TrackingChoices(opens: true, clicks: true, networks: true))
                _ = try tx.write([sent.hits(1, in: tx)], clock: tx.now)
                let replies = try scope.attempts(AttemptFilter(outcome: .opened), limit: 10).map(\.reply)
                #expect(replies == ["from 203.0.113.0/24", ""])
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `an unsubscription counts once for its campaign`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let sent = try Sent(tx)
                let scope = tx.account(sent.fixture.account)
                for _ in 0..<3 {
                    try scope.countUnsubscribed(campaign: sent.campaign, recipient: sent.fixture.recipients[0])
                }
                _ = try tx.write([sent.hits(0, in: tx)], clock: tx.now)
                let tally = try sent.tally(tx)
                #expect(tally[.unsubscribed] == 1 && tally[.humanOpened] == 1)
                let readers = try scope.readers(of: sent.campaign, .unsubscribed, limit: 10)
                #expect(readers.count == 1 && readers[0].humanOpens == 1)
            }
        }
    }

    @Test func `two nodes that saw the same opening count one reader`() async throws {
        try await withDatabase(.postgres) { database in
            let sent = try await database.write { tx in try Sent(tx, recipients: 50) }
            try await withThrowingTaskGroup(of: Void.self) { nodes in
                for _ in 0..<4 {
                    nodes.addTask {
                        for index in 0..<50 {
                            _ = try await database.write { tx in try tx.write([sent.hits(index, in: tx)], clock: tx.now)
                            }
                        }
                    }
                }
                try await nodes.waitForAll()
            }
            let tally = try await database.read { tx in try sent.tally(tx) }
            #expect(tally[.opens] == 200 && tally[.opened] == 50 && tally[.humanOpened] == 50)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `go with their campaign`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let sent = try Sent(tx)
                _ = try tx.write([sent.hits(0, in: tx), sent.hits(0, 0, in: tx)], clock: tx.now)
                #expect(try tx.account(sent.fixture.account).deleteCampaign(sent.campaign))
                let left = try tx.count(
                    """
                    SELECT (SELECT COUNT(*) FROM reading) + (SELECT COUNT(*) FROM link_reading)
                        + (SELECT COUNT(*) FROM reading_tally) + (SELECT COUNT(*) FROM link_tally)
                        + (SELECT COUNT(*) FROM reading_hour)
                    """)
                #expect(left == 0)
            }
        }
    }
}
