import Campaigns
import Persistence
import TestSupport
import Testing

/// Plans everything at once.
func plan(_ database: any Database, chunk: Int = 1000) async throws {
    try await database.write { tx in
        for campaign in try tx.dueCampaigns() { try tx.begin(campaign, expiry: .seconds(72 * 3600)) }
        for campaign in try tx.campaignsBeingPlanned() {
            let filter = try AudienceFilter(json: campaign.audienceFilter)
            while try !tx.plan(campaign.id, filter: filter, limit: chunk) {}
        }
    }
}

@Suite struct `The ledger` {
    /// A limit of a hundred an hour lets a campaign of ten thousand run for longer than the first mails are tried.
    @Test(arguments: TestDatabase.allCases)
    func `each mail has as long for its retries as the first ones had, and a pause takes nothing from that`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx, recipients: 2)
                let campaign = try fixture.startedCampaign(tx)
                let scope = tx.account(fixture.account)
                let epoch = try tx.beginEpoch(node: "test")
                var batch = LedgerBatch()
                batch.claims = [Claim(sender: fixture.sender, limit: 1)]
                let first = try tx.apply(batch, epoch: epoch).claimed[0][0]
                let lasting = Duration.seconds(3600)
                #expect(try #require(first.expiresAt) - first.beganAt <= lasting + .seconds(1))
                // As if it had begun three hours ago, and had been paused for one of them.
                let early = try tx.now + .seconds(-3 * 3600)
                try tx.run(
                    "UPDATE campaign SET started_at = \(early), expires_at = \(early + lasting) WHERE id = \(campaign)")
                #expect(try scope.pauseCampaign(campaign))
                try tx.run("UPDATE campaign SET updated_at = \(try tx.now + .seconds(-3600)) WHERE id = \(campaign)")
                #expect(try scope.resumeCampaign(campaign))
                let expiry = try #require(try scope.campaign(campaign)?.expiresAt)
                #expect(expiry >= early + .seconds(2 * 3600) && expiry < early + .seconds(2 * 3600 + 60))
                let second = try tx.apply(batch, epoch: epoch).claimed[0][0]
                #expect(second.id != first.id)
                #expect(try #require(second.expiresAt) >= second.beganAt + lasting)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `the states add up to the audience at each step of a message's life`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(25)
            let campaign = try await acme.startCampaign()
            try await plan(database, chunk: 10)
            var tally = try await acme.tally(campaign)
            #expect(tally[.ready] == 25)
            let audience = try await acme.campaign(campaign).audience
            #expect(audience == 25)

            let epoch = try await database.write { try $0.beginEpoch(node: "test") }
            let claimed = try await claim(database, acme.sender, 10, epoch)
            #expect(claimed.count == 10)
            tally = try await acme.tally(campaign)
            #expect(tally[.claimed] == 10 && tally[.ready] == 15)

            let granted = try await intend(database, Array(claimed.prefix(6)), epoch)
            #expect(granted.count == 6)
            tally = try await acme.tally(campaign)
            #expect(tally[.dotted] == 6 && tally[.claimed] == 4)

            let later = Instant(rawValue: Int64.max / 2)
            let outcomes = [
                outcome(claimed[0], .delivered, dotted: true), outcome(claimed[1], .delivered, dotted: true),
                outcome(claimed[2], .failed, dotted: true), outcome(claimed[3], .unknown, dotted: true),
                outcome(claimed[4], .retry(at: later), dotted: true), outcome(claimed[6], .failed, dotted: false),
                outcome(claimed[7], .released, dotted: false),
            ]
            try await database.write { tx in
                var batch = LedgerBatch()
                batch.outcomes = outcomes
                _ = try tx.apply(batch, epoch: epoch)
            }
            tally = try await acme.tally(campaign)
            #expect(tally[.delivered] == 2 && tally[.failed] == 2 && tally[.unknown] == 1)
            #expect(tally[.dotted] == 1 && tally[.claimed] == 2 && tally[.ready] == 17)
            #expect(tally.total == 25)
            let sender = acme.sender
            let account = acme.account
            let sent = try await database.read { try $0.account(account).sentInLastHour(sender) }
            #expect(sent == 5, "what reached the dot counts against the limit")
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a campaign is finished by its last outcome, whatever else the commit holds, and not before`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(3)
            let first = try await acme.startCampaign()
            try await plan(database)
            let epoch = try await database.write { try $0.beginEpoch(node: "test") }
            let ofFirst = try await claim(database, acme.sender, 10, epoch)
            let second = try await acme.startCampaign()
            try await plan(database)
            let ofSecond = try await claim(database, acme.sender, 10, epoch)
            #expect(ofFirst.count == 3 && ofSecond.count == 3)
            _ = try await intend(database, Array(ofFirst.prefix(2)), epoch)

            // The last one of the first campaign is about to be ended in the commit that records the others.
            let (delivered, last) = (ofFirst.prefix(2).map { outcome($0, .delivered, dotted: true) }, ofFirst[2])
            let granted = try await database.write { tx in
                var batch = LedgerBatch()
                batch.outcomes = delivered
                batch.intents = [last]
                return try tx.apply(batch, epoch: epoch).granted
            }
            #expect(granted == [last.id])
            var state = try await acme.campaign(first).state
            #expect(state == .sending)

            // Its outcome comes with an intent of the second.
            try await database.write { tx in
                var batch = LedgerBatch()
                batch.outcomes = [outcome(last, .delivered, dotted: true)]
                batch.intents = [ofSecond[0]]
                _ = try tx.apply(batch, epoch: epoch)
            }
            state = try await acme.campaign(first).state
            #expect(state == .finished)
            let other = try await acme.campaign(second).state
            #expect(other == .sending)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a write under an old epoch changes nothing`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(2)
            let campaign = try await acme.startCampaign()
            try await plan(database)
            let old = try await database.write { try $0.beginEpoch(node: "old") }
            let claimed = try await claim(database, acme.sender, 2, old)
            let new = try await database.write { tx in
                let epoch = try tx.beginEpoch(node: "new")
                _ = try tx.rescue(except: epoch)
                return epoch
            }
            let granted = try await intend(database, claimed, old)
            #expect(granted.isEmpty)
            let again = try await claim(database, acme.sender, 2, new)
            #expect(Set(again.map(\.id)) == Set(claimed.map(\.id)))
            let tally = try await acme.tally(campaign)
            #expect(tally[.claimed] == 2)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `after a crash what was claimed is ready again and what had its dot is unknown`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(5)
            let campaign = try await acme.startCampaign()
            try await plan(database)
            let old = try await database.write { try $0.beginEpoch(node: "old") }
            let claimed = try await claim(database, acme.sender, 3, old)
            _ = try await intend(database, [claimed[0]], old)
            let rescued = try await database.write { tx in try tx.rescue(except: try tx.beginEpoch(node: "new")) }
            #expect(rescued.ready == 2 && rescued.unknown == 1 && rescued.quarantined == 0)
            let tally = try await acme.tally(campaign)
            #expect(tally[.ready] == 4 && tally[.unknown] == 1)
            let days = try await database.read { try $0.account(acme.account).days(since: 0) }
            #expect(days.map(\.outcome) == [.unknown] && days.map(\.messages) == [1])
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `what was in hand in three crashes is set aside`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(1)
            let campaign = try await acme.startCampaign()
            try await plan(database)
            for _ in 1...3 {
                let epoch = try await database.write { try $0.beginEpoch(node: "crashing") }
                _ = try await claim(database, acme.sender, 1, epoch)
                _ = try await database.write { tx in try tx.rescue(except: try tx.beginEpoch(node: "next")) }
            }
            let tally = try await acme.tally(campaign)
            #expect(tally[.quarantined] == 1)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a paused or cancelled campaign gets no go-ahead for what is already claimed`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(4)
            let campaign = try await acme.startCampaign()
            try await plan(database)
            let epoch = try await database.write { try $0.beginEpoch(node: "test") }
            let claimed = try await claim(database, acme.sender, 2, epoch)
            let account = acme.account
            let isPaused = try await database.write { try $0.account(account).pauseCampaign(campaign) }
            #expect(isPaused)
            var granted = try await intend(database, claimed, epoch)
            #expect(granted.isEmpty)
            let isCancelled = try await database.write { try $0.account(account).cancelCampaign(campaign) }
            #expect(isCancelled)
            let toSweep = try await database.read { try $0.campaignsToSweep() }
            #expect(toSweep == [campaign])
            for _ in 1...4 { _ = try await database.write { try $0.sweepCancelled(campaign, limit: 1) } }
            granted = try await intend(database, claimed, epoch)
            #expect(granted.isEmpty)
            let tally = try await acme.tally(campaign)
            #expect(tally[.cancelled] == 4)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `an answer for a campaign that was cancelled and deleted meanwhile holds up nobody and leaves nothing behind`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(3)
            let (deleted, other) = (try await acme.startCampaign(), try await acme.startCampaign())
            try await plan(database)
            let epoch = try await database.write { try $0.beginEpoch(node: "test") }
            let claimed = try await claim(database, acme.sender, 10, epoch)
            _ = try await intend(database, claimed.filter { $0.campaignID == other }, epoch)
            let account = acme.account
            // RCPT may take five minutes: long enough for a person to cancel the campaign, and to delete it.
            try await database.write { tx in
                _ = try tx.account(account).cancelCampaign(deleted)
                try tx.sweepCancelled(deleted, limit: 100)
                let isDeleted = try tx.account(account).deleteCampaign(deleted)
                #expect(isDeleted)
            }
            try await database.write { tx in
                var batch = LedgerBatch()
                batch.outcomes = claimed.map {
                    $0.campaignID == other
                        ? outcome($0, .delivered, dotted: true)
                        : outcome($0, .retry(at: Instant(rawValue: 0)), dotted: false)
                }
                _ = try tx.apply(batch, epoch: epoch)
            }
            #expect(try await acme.tally(other)[.delivered] == 3)
            let attempts = try await acme.attempts()
            #expect(attempts.count == 3 && attempts.allSatisfy { $0.campaignID == other })
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `who is suppressed is accounted for and gets nothing`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(3)
            let account = acme.account
            try await database.write { tx in
                _ = try tx.run(
                    """
                    INSERT INTO suppression (account_id, email_key, email, reason, created_at)
                    VALUES (\(account), 'person2@example.org', 'person2@example.org', 'unsubscribed', 0)
                    """)
            }
            let campaign = try await acme.startCampaign()
            try await plan(database)
            let tally = try await acme.tally(campaign)
            #expect(tally[.ready] == 2 && tally[.cancelled] == 1)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a campaign is for those who match its filter`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(20)
            let account = acme.account
            var filter = AudienceFilter()
            filter[.firstName] = "PERSON 1"
            let wanted = filter
            let size = try await database.read { try $0.account(account).audienceSize(wanted) }
            #expect(size.matching == 11)
            let campaign = try await acme.startCampaign(filter: wanted)
            try await plan(database)
            let tally = try await acme.tally(campaign)
            #expect(tally.total == 11)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `another account's template cannot be put into a campaign`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            let other = try await SeededAccount(database, name: "Other")
            await #expect(throws: DatabaseFault.self) {
                try await database.write { tx in
                    _ = try tx.account(other.account).createCampaign(
                        CampaignDraft(
                            name: "Stolen", templateID: acme.template, senderID: other.sender, audienceFilter: "{}",
                            scheduledAt: nil))
                }
            }
        }
    }
}

func claim(_ database: any Database, _ sender: Sender.ID, _ limit: Int, _ epoch: Epoch.ID) async throws
    -> [ClaimedMessage]
{
    try await database.write { tx in
        var batch = LedgerBatch()
        batch.claims = [Claim(sender: sender, limit: limit)]
        return try tx.apply(batch, epoch: epoch).claimed[0]
    }
}

func intend(_ database: any Database, _ messages: [ClaimedMessage], _ epoch: Epoch.ID) async throws -> Set<Message.ID> {
    try await database.write { tx in
        var batch = LedgerBatch()
        batch.intents = messages
        return try tx.apply(batch, epoch: epoch).granted
    }
}

func outcome(_ message: ClaimedMessage, _ result: Outcome.Result, dotted: Bool) -> Outcome {
    Outcome(message: message, result: result, reachedTheDot: dotted, code: 250, reply: "test", step: "message")
}
