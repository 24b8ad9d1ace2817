import Campaigns
import Persistence
import PersistencePostgres
import TestSupport
import Testing

/// Whose mail was on its way, or of unknown fate, when the recipient unsubscribed: it could not be called off then.
@Suite struct `Somebody who has unsubscribed` {
    /// A campaign with one message in a state, whose recipient then unsubscribes.
    private struct Scene {
        var fixture: CampaignFixture
        var campaign: Campaign.ID
        var epoch: Epoch.ID
        var message: ClaimedMessage

        init(_ tx: any Transaction, policy: UnknownPolicy = .hold) throws {
            fixture = try CampaignFixture(tx, recipients: 1)
            try tx.run("UPDATE sender SET unknown_policy = \(policy.rawValue) WHERE id = \(fixture.sender)")
            campaign = try fixture.startedCampaign(tx)
            epoch = try tx.beginEpoch(node: "test")
            var batch = LedgerBatch()
            batch.claims = [Claim(sender: fixture.sender, limit: 1)]
            message = try tx.apply(batch, epoch: epoch).claimed[0][0]
            batch = LedgerBatch()
            batch.intents = [message]
            let granted = try tx.apply(batch, epoch: epoch).granted
            #expect(granted == [message.id])
        }

        func unsubscribe(_ tx: any Transaction) throws {
            let scope = tx.account(fixture.account)
            let who = try #require(try scope.subscription(campaign: campaign, recipient: fixture.recipients[0]))
            try scope.unsubscribe(who)
        }

        func end(_ result: Outcome.Result, _ tx: any Transaction) throws {
            var batch = LedgerBatch()
            batch.outcomes = [outcome(message, result, dotted: true)]
            _ = try tx.apply(batch, epoch: epoch)
        }

        /// What the message came to; counters and rows agree.
        func state(_ tx: any Transaction) throws -> MessageState {
            let counted = try fixture.counted(campaign, tx)
            #expect(try fixture.tallied(campaign, tx) == counted)
            return try #require(counted.keys.first)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `while a mail awaits the server's answer is not tried again when that answer is a refusal for now`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            for result in [Outcome.Result.retry(at: Instant(rawValue: 0)), .postponed(until: Instant(rawValue: 0))] {
                try await database.write { tx in
                    let scene = try Scene(tx)
                    try scene.unsubscribe(tx)
                    try scene.end(result, tx)
                    #expect(try scene.state(tx) == .cancelled)
                    let reason = try tx.account(scene.fixture.account).message(scene.message.id)?.reason
                    #expect(reason == SuppressionReason.unsubscribed.rawValue)
                    #expect(try tx.account(scene.fixture.account).campaign(scene.campaign)?.state == .finished)
                }
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `is not sent again what nobody knows about, by the sender's setting`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let scene = try Scene(tx, policy: .resend)
                try scene.unsubscribe(tx)
                try scene.end(.unknown, tx)
                #expect(try scene.state(tx) == .unknown)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases, [MessageState.unknown, .quarantined])
    func `is not sent again what a person has sent again for all`(_ kind: TestDatabase, _ state: MessageState)
        async throws
    {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let scene = try Scene(tx)
                try scene.end(.unknown, tx)
                if state == .quarantined {
                    try tx.run("UPDATE message SET state = 'quarantined' WHERE id = \(scene.message.id)")
                    try tx.run("UPDATE campaign_tally SET state = 'quarantined' WHERE state = 'unknown'")
                }
                try scene.unsubscribe(tx)
                let scope = tx.account(scene.fixture.account)
                let settled = try scope.settle(state, of: scene.campaign, as: .again, by: "ada", expiry: .seconds(60))
                #expect(settled == 0)
                #expect(try scene.state(tx) == state)
                #expect(try scope.campaign(scene.campaign)?.state == .finished)
                #expect(try tx.count("SELECT COUNT(*) FROM attempt WHERE step = 'person'") == 0)
            }
        }
    }

    /// A list that was made anew: the mail waits for the recipient who was deleted, and the link names the one who came after.
    @Test(arguments: TestDatabase.allCases)
    func `gets nothing either that waits for a recipient who had the address before`(_ kind: TestDatabase) async throws
    {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx, recipients: 1)
                let scope = tx.account(fixture.account)
                let waiting = try fixture.startedCampaign(tx)
                #expect(try scope.deleteRecipient(fixture.recipients[0]))
                let fields = RecipientFields(email: "person0@example.org")
                guard case .written(let anew) = try scope.addRecipient(fields, key: fields.email) else {
                    throw DatabaseFault.noRow
                }
                let other = try fixture.startedCampaign(tx)
                let who = try #require(try scope.subscription(campaign: other, recipient: anew))
                try scope.unsubscribe(who)
                for campaign in [waiting, other] {
                    #expect(try fixture.counted(campaign, tx) == [.cancelled: 1])
                    #expect(try fixture.tallied(campaign, tx) == [.cancelled: 1])
                }
            }
        }
    }

    @Test func `gets nothing although a node claims the mail at that very moment`() async throws {
        try await withTwoNodes { nodes in
            let acme = try await SeededAccount(nodes[0])
            try await acme.addRecipients(40)
            let campaign = try await acme.startCampaign()
            try await plan(nodes[0])
            let (account, sender) = (acme.account, acme.sender)
            let people = try await nodes[0].read { tx in
                try tx.account(account).recipients(AudienceFilter(), after: nil, limit: 40).map(\.id)
            }
            let epoch = try await nodes[0].write { try $0.beginEpoch(node: "one") }
            try await overlap(nodes) { tx in
                var batch = LedgerBatch()
                batch.claims = [Claim(sender: sender, limit: 40)]
                let claimed = try tx.apply(batch, epoch: epoch).claimed[0]
                #expect(claimed.count == 40)
            } second: { tx in
                let scope = tx.account(account)
                for person in people.prefix(7) {
                    let who = try #require(try scope.subscription(campaign: campaign, recipient: person))
                    try scope.unsubscribe(who)
                }
            }
            let tally = try await acme.tally(campaign)
            #expect(tally[.cancelled] == 7 && tally[.claimed] == 33)
        }
    }

    @Test func `gets nothing although the server refuses the mail for now at that very moment`() async throws {
        for isAnswerFirst in [true, false] {
            try await withTwoNodes { nodes in
                let acme = try await SeededAccount(nodes[0])
                try await acme.addRecipients(1)
                let campaign = try await acme.startCampaign()
                try await plan(nodes[0])
                let account = acme.account
                let epoch = try await nodes[0].write { try $0.beginEpoch(node: "one") }
                let claimed = try await claim(nodes[0], acme.sender, 1, epoch)
                _ = try await intend(nodes[0], claimed, epoch)
                let answer: Deed = { tx in
                    var batch = LedgerBatch()
                    batch.outcomes = [outcome(claimed[0], .retry(at: Instant(rawValue: 0)), dotted: true)]
                    _ = try tx.apply(batch, epoch: epoch)
                }
                let wish: Deed = { tx in
                    let scope = tx.account(account)
                    let recipient = claimed[0].recipientID
                    let who = try #require(try scope.subscription(campaign: campaign, recipient: recipient))
                    try scope.unsubscribe(who)
                }
                if isAnswerFirst {
                    try await overlap(nodes, first: answer, second: wish)
                } else {
                    try await overlap(nodes, first: wish, second: answer)
                }
                let tally = try await acme.tally(campaign)
                #expect(tally[.cancelled] == 1, "the answer first: \(isAnswerFirst)")
            }
        }
    }
}

typealias Deed = @Sendable (any Transaction) throws -> Void

/// Two nodes at one database.
func withTwoNodes<Value>(_ body: ([PostgresDatabase]) async throws -> Value) async throws -> Value {
    let address = try await TestPostgres.shared.newDatabase()
    var nodes: [PostgresDatabase] = []
    for _ in 0..<2 {
        nodes.append(try await PostgresDatabase(PostgresSettings(address: address, connections: 4), logger: .silent))
    }
    let value = try await body(nodes)
    for node in nodes { try await node.close() }
    try await TestPostgres.shared.drop(address)
    return value
}

/// The second one begins when the first one is done but for its commit.
func overlap(
    _ nodes: [PostgresDatabase], first: @escaping Deed, second: @escaping Deed
) async throws {
    let (begun, begin) = AsyncStream.makeStream(of: Void.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            try await nodes[0].write { tx in
                try first(tx)
                // What nobody waits for the answers of is sent with this.
                try tx.run("SELECT 1")
                begin.yield()
                try tx.run("SELECT pg_sleep(0.2)")
            }
        }
        for await _ in begun.prefix(1) {}
        try await nodes[1].write { try second($0) }
        try await group.waitForAll()
    }
}
