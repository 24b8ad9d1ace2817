import Campaigns
import Persistence
import TestSupport
import Testing

@Suite struct `What becomes by itself of mails that nobody knows of` {
    /// One message that was dotted when its process was killed, and what its rescue made of it.
    private func killed(_ policy: UnknownPolicy, _ database: any Database) async throws -> (SeededAccount, Campaign.ID)
    {
        let acme = try await SeededAccount(database)
        try await acme.changeSender { $0.unknownPolicy = policy }
        try await acme.addRecipients(1)
        let campaign = try await acme.startCampaign()
        try await plan(database)
        try await kill(acme, database)
        return (acme, campaign)
    }

    private func kill(_ acme: SeededAccount, _ database: any Database) async throws {
        let epoch = try await database.write { try $0.beginEpoch(node: "killed") }
        let claimed = try await claim(database, acme.sender, 1, epoch)
        _ = try await intend(database, claimed, epoch)
        _ = try await database.write { tx in try tx.rescue(except: try tx.beginEpoch(node: "next")) }
    }

    private func entries(_ database: any Database) async throws -> [String] {
        try await database.read { tx in
            try tx.rows("SELECT outcome || ' by ' || step FROM attempt ORDER BY id") { try $0.string(0) }
        }
    }

    @Test(
        arguments: [
            (UnknownPolicy.hold, MessageState.unknown, ["unknown by message"]),
            (.resend, .ready, ["unknown by message", "deferred by policy"]),
            (.assume, .delivered, ["unknown by message", "delivered by policy"]),
        ], TestDatabase.allCases)
    func `after a kill the sender's policy is followed and logged`(
        _ example: (policy: UnknownPolicy, state: MessageState, log: [String]), _ kind: TestDatabase
    ) async throws {
        let (policy, state, log) = example
        try await withDatabase(kind) { database in
            let (acme, campaign) = try await killed(policy, database)
            let tally = try await acme.tally(campaign)
            #expect(tally[state] == 1 && tally.total == 1)
            let entries = try await entries(database)
            #expect(entries == log)
            let isFinished = try await acme.campaign(campaign).state == .finished
            #expect(isFinished == (state != .ready))
        }
    }

    @Test(
        arguments: [(UnknownPolicy.hold, MessageState.unknown), (.resend, .ready), (.assume, .delivered)],
        TestDatabase.allCases)
    func `so it is when a server does not answer`(
        _ example: (policy: UnknownPolicy, state: MessageState), _ kind: TestDatabase
    ) async throws {
        let (policy, state) = example
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.changeSender { $0.unknownPolicy = policy }
            try await acme.addRecipients(1)
            let campaign = try await acme.startCampaign()
            try await plan(database)
            let epoch = try await database.write { try $0.beginEpoch(node: "test") }
            let claimed = try await claim(database, acme.sender, 1, epoch)
            _ = try await intend(database, claimed, epoch)
            try await database.write { tx in
                var batch = LedgerBatch()
                batch.outcomes = [outcome(claimed[0], .unknown, dotted: true)]
                _ = try tx.apply(batch, epoch: epoch)
            }
            let tally = try await acme.tally(campaign)
            #expect(tally[state] == 1 && tally.total == 1)
            let again = try await claim(database, acme.sender, 1, epoch)
            #expect(again.isEmpty, "a server that did not answer has some time")
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a mail is sent again so often and no more, then it is held`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let (acme, campaign) = try await killed(.resend, database)
            for _ in 1...UnknownPolicy.mostResends {
                let tally = try await acme.tally(campaign)
                #expect(tally[.ready] == 1)
                try await kill(acme, database)
            }
            let tally = try await acme.tally(campaign)
            #expect(tally[.unknown] == 1)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `nothing of a cancelled campaign is sent again by itself`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.changeSender { $0.unknownPolicy = .resend }
            try await acme.addRecipients(1)
            let campaign = try await acme.startCampaign()
            try await plan(database)
            let epoch = try await database.write { try $0.beginEpoch(node: "killed") }
            let claimed = try await claim(database, acme.sender, 1, epoch)
            _ = try await intend(database, claimed, epoch)
            let account = acme.account
            _ = try await database.write { try $0.account(account).cancelCampaign(campaign) }
            _ = try await database.write { tx in try tx.rescue(except: try tx.beginEpoch(node: "next")) }
            let tally = try await acme.tally(campaign)
            #expect(tally[.unknown] == 1)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `after two crashes mails come back in small groups, so that a third one sets few aside`(_ kind: TestDatabase)
        async throws
    {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(100)
            let campaign = try await acme.startCampaign()
            try await plan(database)
            for _ in 1...3 {
                let epoch = try await database.write { try $0.beginEpoch(node: "crashing") }
                _ = try await claim(database, acme.sender, 100, epoch)
                _ = try await database.write { tx in try tx.rescue(except: try tx.beginEpoch(node: "next")) }
            }
            let tally = try await acme.tally(campaign)
            #expect((1...30).contains(tally[.quarantined]))
            #expect(tally[.ready] == 100 - tally[.quarantined])
        }
    }
}
