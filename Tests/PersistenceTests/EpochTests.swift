import Campaigns
import Persistence
import Synchronization
import TestSupport
import Testing

/// A start of a node that writes as the engine does: numbered commits, one after the other.
final class TestNode: Sendable {
    let epoch: Epoch.ID
    private let database: any Database
    private let number = Mutex(0)

    init(_ database: any Database, identity: String) async throws {
        self.database = database
        epoch = try await database.write { tx in try tx.beginEpoch(node: identity, identity: identity) }
    }

    func write(_ fill: (inout LedgerBatch) -> Void) async throws -> LedgerAnswer {
        number.withLock { $0 += 1 }
        return try await writeAgain(inHand: nil, fill)
    }

    /// The last commit once more, as when nobody knows whether it took place.
    func writeAgain(inHand: Set<Message.ID>?, _ fill: (inout LedgerBatch) -> Void) async throws -> LedgerAnswer {
        var batch = LedgerBatch()
        fill(&batch)
        let commit = LedgerCommit(epoch: epoch, number: number.withLock(\.self), batch: batch, inHand: inHand)
        return try await database.write { tx in try tx.write(commit) }
    }

    func claim(_ sender: Sender.ID, _ limit: Int) async throws -> [ClaimedMessage] {
        try await write { $0.claims = [Claim(sender: sender, limit: limit)] }.claimed[0]
    }

    /// Makes the start as silent as a process that was stopped.
    func fallSilent(for silence: Duration) async throws {
        let epoch = epoch
        try await database.write { tx in
            let then = try tx.now - silence
            _ = try tx.run("UPDATE epoch SET renewed_at = \(then) WHERE id = \(epoch)")
        }
    }

    /// What this node finds to be taken over, and takes over.
    func takeOver(identity: String = "living") async throws -> Rescued {
        let epoch = epoch
        return try await database.write { tx in try tx.rescue(except: epoch, identity: identity) }
    }
}

@Suite struct `Starts of nodes and their leases` {
    private func scene(
        _ kind: TestDatabase,
        _ body: (any Database, SeededAccount, Campaign.ID, TestNode, TestNode) async throws -> Void
    ) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(6)
            let campaign = try await acme.startCampaign()
            try await plan(database)
            try await body(
                database, acme, campaign, try await TestNode(database, identity: "first"),
                try await TestNode(database, identity: "second"))
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `one that renews in time keeps what it has in hand`(
        _ kind: TestDatabase
    ) async throws {
        try await scene(kind) { database, acme, campaign, first, second in
            let claimed = try await first.claim(acme.sender, 2)
            try await first.fallSilent(for: .seconds(14))
            let rescued = try await second.takeOver()
            #expect(rescued == Rescued(isDone: true))
            let granted = try await first.write { $0.intents = claimed }.granted
            #expect(granted.count == 2)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `one that is silent for longer is declared dead, and gets no go-ahead for a dot any more`(
        _ kind: TestDatabase
    ) async throws {
        try await scene(kind) { database, acme, campaign, first, second in
            let claimed = try await first.claim(acme.sender, 3)
            _ = try await first.write { $0.intents = [claimed[0]] }
            try await first.fallSilent(for: .seconds(16))
            let rescued = try await second.takeOver()
            #expect(rescued.ready == 2 && rescued.unknown == 1)
            let answer = try await first.write {
                $0.intents = [claimed[1]]
                $0.claims = [Claim(sender: acme.sender, limit: 5)]
            }
            #expect(answer.isEpochOver && answer.granted.isEmpty && answer.claimed.map(\.count) == [0])
            let isAlive = try await database.write { tx in try tx.renew(first.epoch) }
            #expect(!isAlive)
            let tally = try await acme.tally(campaign)
            #expect(tally[.ready] == 5 && tally[.unknown] == 1 && tally[.claimed] == 0)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a lease that is over and that nobody has taken is renewed by the next commit`(
        _ kind: TestDatabase
    ) async throws {
        try await scene(kind) { database, acme, campaign, first, second in
            try await first.fallSilent(for: .seconds(60))
            let claimed = try await first.claim(acme.sender, 1)
            #expect(claimed.count == 1)
            let rescued = try await second.takeOver()
            #expect(rescued.ready == 0)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `what is dead is rescued once, whoever comes first, and in pieces`(
        _ kind: TestDatabase
    ) async throws {
        try await scene(kind) { database, acme, campaign, first, second in
            _ = try await first.claim(acme.sender, 5)
            try await first.fallSilent(for: .seconds(16))
            let third = try await TestNode(database, identity: "third")
            let dead = first.epoch
            let isDead = try await database.write { tx in
                try tx.declareDead(dead, by: second.epoch, identity: "second")
            }
            #expect(isDead)
            var ready = 0
            for _ in 1...3 { ready += try await database.write { tx in try tx.rescue(dead, limit: 2).ready } }
            #expect(ready == 5)
            let again = try await third.takeOver()
            #expect(again.ready == 0)
            let tally = try await acme.tally(campaign)
            #expect(tally[.ready] == 6)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a node that starts again knows that its former start is dead, and no other's`(
        _ kind: TestDatabase
    ) async throws {
        try await scene(kind) { database, acme, campaign, first, second in
            _ = try await first.claim(acme.sender, 2)
            _ = try await second.claim(acme.sender, 3)
            let again = try await TestNode(database, identity: "first")
            let rescued = try await again.takeOver(identity: "first")
            #expect(rescued.ready == 2)
            let tally = try await acme.tally(campaign)
            #expect(tally[.claimed] == 3)
        }
    }

    @Test(
        arguments: [
            (UnknownPolicy.hold, Outcome.Result.delivered, MessageState.delivered), (.hold, .failed, .failed),
            (.hold, .unknown, .unknown), (.resend, .delivered, .delivered),
        ], TestDatabase.allCases)
    func `an answer that comes after the dead were taken over is no outcome, but evidence`(
        _ example: (policy: UnknownPolicy, result: Outcome.Result, state: MessageState), _ kind: TestDatabase
    ) async throws {
        let (policy, result, state) = example
        try await scene(kind) { database, acme, campaign, first, second in
            try await acme.changeSender { $0.unknownPolicy = policy }
            let claimed = try await first.claim(acme.sender, 1)
            _ = try await first.write { $0.intents = claimed }
            try await first.fallSilent(for: .seconds(16))
            let rescued = try await second.takeOver()
            #expect(rescued.unknown == 1)
            let late = outcome(claimed[0], result, dotted: true)
            let answer = try await first.write { $0.outcomes = [late] }
            #expect(answer.isEpochOver)
            let tally = try await acme.tally(campaign)
            #expect(tally[state] == 1 && tally[.ready] == 5)
            let (account, sender) = (acme.account, acme.sender)
            let used = try await database.read { try $0.account(account).sentInLastHour(sender) }
            #expect(used == 1, "it was sent once, and counts once")
            let log = try await database.read { try $0.account(account).attempts(of: claimed[0].id).map(\.outcome) }
            #expect(log.first == .unknown && log.count == (policy == .resend ? 3 : 2))
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `what another start has in hand by now is left to it, whatever the late answer says`(
        _ kind: TestDatabase
    ) async throws {
        try await scene(kind) { database, acme, campaign, first, second in
            try await acme.changeSender { $0.unknownPolicy = .resend }
            let claimed = try await first.claim(acme.sender, 1)
            _ = try await first.write { $0.intents = claimed }
            try await first.fallSilent(for: .seconds(16))
            _ = try await second.takeOver()
            let again = try await second.claim(acme.sender, 6)
            #expect(again.contains { $0.id == claimed[0].id })
            _ = try await first.write { $0.outcomes = [outcome(claimed[0], .delivered, dotted: true)] }
            let tally = try await acme.tally(campaign)
            #expect(tally[.claimed] == 6)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a commit that is written twice is written once, and its answer is found out`(
        _ kind: TestDatabase
    ) async throws {
        try await scene(kind) { database, acme, campaign, first, second in
            let claimed = try await first.claim(acme.sender, 3)
            _ = try await first.write { $0.intents = [claimed[0]] }
            let fill: (inout LedgerBatch) -> Void = {
                $0.outcomes = [outcome(claimed[0], .delivered, dotted: true)]
                $0.intents = [claimed[1]]
                $0.claims = [Claim(sender: acme.sender, limit: 2)]
            }
            let answer = try await first.write(fill)
            #expect(answer.granted == [claimed[1].id] && answer.claimed[0].count == 2)
            // The connection broke before that answer came.
            let second = try await first.writeAgain(inHand: Set(claimed.map(\.id)), fill)
            #expect(second.granted == [claimed[1].id] && second.claimed.map(\.count) == [0])
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] == 1 && tally[.dotted] == 1 && tally[.claimed] == 1 && tally[.ready] == 3)
            let (account, sender) = (acme.account, acme.sender)
            let used = try await database.read { try $0.account(account).sentInLastHour(sender) }
            let log = try await database.read { try $0.account(account).attempts(of: claimed[0].id).count }
            #expect(used == 1 && log == 1)
        }
    }
}
