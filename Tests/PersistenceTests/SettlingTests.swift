import Campaigns
import Persistence
import TestSupport
import Testing

@Suite struct `Settling what nobody knows` {
    @Test(arguments: TestDatabase.allCases)
    func `a message marked as delivered is counted so and is in the log`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                let campaign = try fixture.startedCampaign(tx)
                try fixture.put(3, of: campaign, into: .unknown, tx)
                let message = try #require(try scope.messages(of: campaign, state: .unknown, limit: 1).first)
                let settled = try scope.settle(
                    .unknown, of: campaign, only: message.id, as: .delivered, by: "ada", expiry: .seconds(60))
                #expect(settled == 1)
                #expect(try fixture.tallied(campaign, tx) == [.unknown: 2, .delivered: 1])
                #expect(try fixture.counted(campaign, tx) == [.unknown: 2, .delivered: 1])
                let entry = try tx.one(
                    "SELECT reply FROM attempt WHERE message_id = \(message.id) AND step = 'person'"
                ) { try $0.string(0) }
                #expect(entry == "ada marked this mail as delivered.")
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `sending again opens a finished campaign and finishes it when it is done`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                let campaign = try fixture.startedCampaign(tx)
                try fixture.put(3, of: campaign, into: .unknown, tx)
                #expect(try scope.campaign(campaign)?.state == .finished)
                #expect(try scope.settle(.unknown, of: campaign, as: .again, by: "ada", expiry: .seconds(60)) == 3)
                #expect(try scope.campaign(campaign)?.state == .sending)
                #expect(try fixture.tallied(campaign, tx) == [.ready: 3])
                try fixture.put(3, of: campaign, into: .delivered, tx)
                #expect(try scope.campaign(campaign)?.state == .finished)
                #expect(try fixture.counted(campaign, tx) == [.delivered: 3])
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `what is delivered or failed cannot be settled, and a finished campaign stays finished`(_ kind: TestDatabase)
        async throws
    {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                let campaign = try fixture.startedCampaign(tx)
                try fixture.put(3, of: campaign, into: .delivered, tx)
                for state in [MessageState.delivered, .failed, .ready, .unknown, .quarantined] {
                    #expect(try scope.settle(state, of: campaign, as: .again, by: "ada", expiry: .zero) == 0)
                }
                #expect(try scope.campaign(campaign)?.state == .finished)
                #expect(try fixture.tallied(campaign, tx) == [.delivered: 3])
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `nothing of a cancelled campaign is sent again`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                let campaign = try fixture.startedCampaign(tx)
                try fixture.put(1, of: campaign, into: .unknown, tx)
                _ = try scope.cancelCampaign(campaign)
                #expect(try scope.settle(.unknown, of: campaign, as: .again, by: "ada", expiry: .zero) == 0)
                #expect(try scope.settle(.unknown, of: campaign, as: .delivered, by: "ada", expiry: .zero) == 1)
                #expect(try scope.campaign(campaign)?.state == .cancelled)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `deciding about many at once sends the database no more at a time than about few`(_ kind: TestDatabase)
        async throws
    {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(5000)
            let campaign = try await acme.startCampaign()
            try await plan(database)
            let account = acme.account
            try await database.write { tx in
                try tx.run("UPDATE message SET state = 'unknown', ended_at = 1 WHERE campaign_id = \(campaign)")
                try tx.run(
                    "UPDATE campaign_tally SET state = 'unknown' WHERE campaign_id = \(campaign) AND state = 'ready'")
                _ = try tx.account(account).suppress(
                    key: "person7@example.org", email: "person7@example.org", reason: .unsubscribed)
            }
            let largest = try await database.write { tx in
                let measured = MeasuredTransaction(tx)
                let settled = try measured.account(account).settle(
                    .unknown, of: campaign, as: .again, by: "ada", expiry: .seconds(60))
                #expect(settled == 4999)
                return measured.measure.largest
            }
            #expect(largest < 50_000)
            let tally = try await acme.tally(campaign)
            #expect(tally[.ready] == 4999 && tally[.unknown] == 1)
            let decided = try await database.read { try $0.count("SELECT COUNT(*) FROM attempt WHERE step = 'person'") }
            #expect(decided == 4999)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `another account settles nothing`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let ada = try CampaignFixture(tx)
                let bob = try CampaignFixture(tx, name: "Bob's shop")
                let campaign = try ada.startedCampaign(tx)
                try ada.put(1, of: campaign, into: .unknown, tx)
                let scope = tx.account(bob.account)
                for settlement in Settlement.allCases {
                    #expect(try scope.settle(.unknown, of: campaign, as: settlement, by: "bob", expiry: .zero) == 0)
                }
                #expect(try scope.messages(of: campaign, limit: 10).isEmpty)
                #expect(try ada.tallied(campaign, tx)[.unknown] == 1)
            }
        }
    }

    @Test(arguments: MessageState.allCases, TestDatabase.allCases)
    func `a list by state has exactly the messages of that state`(
        _ state: MessageState, _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx, recipients: 5)
                let scope = tx.account(fixture.account)
                let campaign = try fixture.startedCampaign(tx)
                try tx.run(
                    """
                    UPDATE message SET state = \(state) WHERE campaign_id = \(campaign)
                        AND recipient_id <> \(fixture.recipients[1])
                    """)
                try tx.run(
                    """
                    UPDATE message SET state = \(state == .failed ? MessageState.ready : .failed)
                    WHERE campaign_id = \(campaign) AND recipient_id = \(fixture.recipients[1])
                    """)
                try tx.run("DELETE FROM campaign_tally WHERE campaign_id = \(campaign)")
                try tx.run(
                    """
                    INSERT INTO campaign_tally (account_id, campaign_id, state, messages)
                    SELECT account_id, campaign_id, state, COUNT(*) FROM message WHERE campaign_id = \(campaign) GROUP BY 1, 2, 3
                    """)
                let listed = try scope.messages(of: campaign, state: state, limit: 10).map(\.recipientID)
                #expect(listed == fixture.recipients.enumerated().filter { $0.offset != 1 }.map(\.element))
                let behind = try scope.messages(of: campaign, state: state, after: fixture.recipients[2], limit: 10)
                #expect(behind.map(\.recipientID) == Array(fixture.recipients[3...]))
            }
        }
    }
}

@Suite struct `Unsubscribing` {
    @Test(arguments: TestDatabase.allCases)
    func `what waits for the address is called off at once and counted`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                let first = try fixture.startedCampaign(tx)
                let second = try fixture.startedCampaign(tx)
                let who = try #require(try scope.subscription(campaign: first, recipient: fixture.recipients[0]))
                try scope.unsubscribe(who)
                for campaign in [first, second] {
                    #expect(try fixture.tallied(campaign, tx) == [.ready: 2, .cancelled: 1])
                    #expect(try fixture.counted(campaign, tx) == [.ready: 2, .cancelled: 1])
                }
                try scope.unsubscribe(who)
                #expect(try fixture.tallied(first, tx) == [.ready: 2, .cancelled: 1])
                #expect(try scope.audienceSize(AudienceFilter()).suppressed == 1)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a mail that has reached the dot is left to end`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx, recipients: 1)
                let scope = tx.account(fixture.account)
                let campaign = try fixture.startedCampaign(tx)
                try fixture.put(1, of: campaign, into: .dotted, tx)
                try scope.unsubscribe(
                    try #require(try scope.subscription(campaign: campaign, recipient: fixture.recipients[0])))
                #expect(try fixture.counted(campaign, tx) == [.dotted: 1])
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a mistake can be undone, another reason cannot`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                let campaign = try fixture.startedCampaign(tx)
                let who = try #require(try scope.subscription(campaign: campaign, recipient: fixture.recipients[0]))
                try scope.unsubscribe(who)
                #expect(try scope.resubscribe(who))
                #expect(
                    try scope.subscription(campaign: campaign, recipient: fixture.recipients[0])?.isSuppressed == false)
                try scope.unsubscribe(who)
                try tx.run("UPDATE suppression SET reason = 'bounced'")
                #expect(try scope.resubscribe(who) == false)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `the last open message called off finishes the campaign`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx, recipients: 1)
                let scope = tx.account(fixture.account)
                let campaign = try fixture.startedCampaign(tx)
                try scope.unsubscribe(
                    try #require(try scope.subscription(campaign: campaign, recipient: fixture.recipients[0])))
                #expect(try scope.campaign(campaign)?.state == .finished)
            }
        }
    }
}
