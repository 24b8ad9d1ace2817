import Campaigns
import NIOConcurrencyHelpers
import Persistence
import PersistencePostgres
import TestSupport
import Testing

/// PostgreSQL ends a ring after a second by throwing one of its transactions back, which the driver makes again: each of these
/// is made once (docs/decisions/0039).
@Suite(.timeLimit(.minutes(2))) struct `Transactions that meet at one database never wait for each other in a ring` {
    private struct Scene {
        var acme: SeededAccount
        var campaign: Campaign.ID
        var epoch: Epoch.ID
        var claimed: [ClaimedMessage]

        init(_ node: PostgresDatabase, recipients: Int) async throws {
            acme = try await SeededAccount(node)
            try await acme.addRecipients(recipients)
            campaign = try await acme.startCampaign()
            try await plan(node)
            epoch = try await node.write { try $0.beginEpoch(node: "one") }
            claimed = try await claim(node, acme.sender, recipients, epoch)
        }

        func end(_ node: PostgresDatabase, _ messages: [ClaimedMessage], _ result: Outcome.Result) async throws {
            let epoch = epoch
            _ = try await intend(node, messages, epoch)
            try await node.write { tx in
                var batch = LedgerBatch()
                batch.outcomes = messages.map { outcome($0, result, dotted: true) }
                _ = try tx.apply(batch, epoch: epoch)
            }
        }
    }

    @Test func `the last answer of a campaign, and a person who decides about its unknown messages`() async throws {
        try await withTwoNodes { nodes in
            let scene = try await Scene(nodes[0], recipients: 2)
            let (account, campaign, epoch) = (scene.acme.account, scene.campaign, scene.epoch)
            try await scene.end(nodes[0], [scene.claimed[0]], .unknown)
            _ = try await intend(nodes[0], [scene.claimed[1]], epoch)
            let last = scene.claimed[1]
            let transactions = try await meet(
                nodes,
                first: { tx in
                    // As whoever decides does.
                    _ = try tx.first("SELECT 1 FROM campaign WHERE id = \(campaign) FOR NO KEY UPDATE") { _ in true }
                },
                then: { tx in
                    let settled = try tx.account(account).settle(
                        .unknown, of: campaign, as: .delivered, by: "ada", expiry: .seconds(60))
                    #expect(settled == 1)
                },
                second: { tx in
                    var batch = LedgerBatch()
                    batch.outcomes = [outcome(last, .delivered, dotted: true)]
                    _ = try tx.apply(batch, epoch: epoch)
                })
            #expect(transactions == 2)
            #expect(try await scene.acme.tally(campaign)[.delivered] == 2)
            try await nodes[0].write { try $0.finish(try $0.campaignsToFinish()) }
            #expect(try await scene.acme.campaign(campaign).state == .finished)
        }
    }

    @Test func `two nodes that take over from two dead starts`() async throws {
        try await withTwoNodes { nodes in
            let acme = try await SeededAccount(nodes[0])
            try await acme.addRecipients(1)
            let (account, first) = (acme.account, acme.sender)
            let other = try await nodes[0].write {
                try $0.account(account).createRehearsalSender(fromName: "Other", fromEmail: "other@acme.example")
            }
            // One start has messages of the first sender and then of the other, the other start the other way round.
            var epochs: [Epoch.ID] = []
            for senders in [[first, other], [other, first]] {
                let epoch = try await nodes[0].write { try $0.beginEpoch(node: "dead") }
                for sender in senders {
                    let template = acme.template
                    _ = try await nodes[0].write { tx in
                        try tx.account(account).createCampaign(
                            CampaignDraft(
                                name: "Campaign", templateID: template, senderID: sender,
                                audienceFilter: AudienceFilter().json, scheduledAt: try tx.now))
                    }
                    try await plan(nodes[0])
                    _ = try await intend(nodes[0], try await claim(nodes[0], sender, 1, epoch), epoch)
                }
                try await nodes[0].write { try $0.end(epoch) }
                epochs.append(epoch)
            }
            // Slow enough that both are in the middle.
            try await slowInsertions(into: "sender_usage", nodes[0])
            let transactions = NIOLockedValueBox(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (node, epoch) in zip(nodes, epochs) {
                    group.addTask {
                        let unknown = try await node.write { tx in
                            transactions.withLockedValue { $0 += 1 }
                            return try tx.rescue(epoch, limit: 100).unknown
                        }
                        #expect(unknown == 2)
                    }
                }
                try await group.waitForAll()
            }
            #expect(transactions.withLockedValue { $0 } == 2)
        }
    }

    @Test func `an import that writes rows, and somebody who adds one of them by hand`() async throws {
        try await withTwoNodes { nodes in
            let account = try await SeededAccount(nodes[0]).account
            let fields = RecipientFields(email: "ada@example.org", firstName: "Ada")
            let written = Written()
            let transactions = try await meet(
                nodes,
                first: { tx in
                    var batch = RecipientBatch(account: account, createdAt: try tx.now)
                    batch.append(key: fields.email, fields)
                    try tx.account(account).shareRecipients()
                    let rows = try tx.account(account).write(batch)
                    written.rows = rows
                },
                then: { try $0.account(account).enter(try #require(written.rows)) },
                second: { tx in
                    let added = try tx.account(account).addRecipient(fields, key: fields.email)
                    if case .written = added { Issue.record("the address was there") }
                })
            #expect(transactions == 2)
            #expect(try await nodes[0].read { try $0.account(account).recipientCount() } == 1)
        }
    }

    @Test func `two lists of suppressions that name the same addresses in other orders`() async throws {
        try await withTwoNodes { nodes in
            let account = try await SeededAccount(nodes[0]).account
            try await slowInsertions(into: "suppression", nodes[0])
            let list = ["ada@example.org", "bob@example.org"].map {
                NewSuppression(key: $0, email: $0, reason: .blocked)
            }
            let transactions = NIOLockedValueBox(0)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for (node, list) in zip(nodes, [list, list.reversed()]) {
                    group.addTask {
                        try await node.write { tx in
                            transactions.withLockedValue { $0 += 1 }
                            return try tx.account(account).suppress(list)
                        }
                    }
                }
                let suppressed = try await group.reduce(0, +)
                #expect(suppressed == 2)
            }
            #expect(transactions.withLockedValue { $0 } == 2)
        }
    }

    @Test func `a mail that comes back, and a person who decides about it`() async throws {
        try await withTwoNodes { nodes in
            let scene = try await Scene(nodes[0], recipients: 2)
            let (account, campaign) = (scene.acme.account, scene.campaign)
            try await scene.end(nodes[0], [scene.claimed[0]], .unknown)
            let message = scene.claimed[0].id
            let returned = try await nodes[0].write { tx in
                _ = try tx.account(account).pauseCampaign(campaign)
                return try #require(try tx.account(account).returnedMessage(message))
            }
            let transactions = try await meet(
                nodes,
                first: { tx in
                    _ = try tx.first("SELECT 1 FROM campaign WHERE id = \(campaign) FOR NO KEY UPDATE") { _ in true }
                },
                then: { tx in
                    _ = try tx.account(account).settle(
                        .unknown, of: campaign, as: .delivered, by: "ada", expiry: .seconds(60))
                },
                second: { tx in
                    let notice = ReturnNotice(.bounced(.hard), code: 550, words: "No such user")
                    _ = try tx.account(account).note(notice, about: returned)
                })
            #expect(transactions == 2)
            let tally = try await scene.acme.tally(campaign)
            #expect(tally[.unknown] == 0)
        }
    }

    /// Only for one transaction, one step after the other.
    private final class Written: @unchecked Sendable {
        var rows: WrittenRecipients?
    }

    /// The second one begins in the middle of the first one.
    /// - Returns: how many transactions it took.
    private func meet(
        _ nodes: [PostgresDatabase], first: @escaping Deed, then: @escaping Deed, second: @escaping Deed
    ) async throws -> Int {
        let transactions = NIOLockedValueBox(0)
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await nodes[0].write { tx in
                    transactions.withLockedValue { $0 += 1 }
                    try first(tx)
                    try tx.run("SELECT 1")
                    begin.yield()
                    try tx.run("SELECT pg_sleep(0.2)")
                    try then(tx)
                }
            }
            for await _ in begun.prefix(1) {}
            try await nodes[1].write { tx in
                transactions.withLockedValue { $0 += 1 }
                try second(tx)
            }
            try await group.waitForAll()
        }
        return transactions.withLockedValue { $0 }
    }

    private func slowInsertions(into table: StaticString, _ node: PostgresDatabase) async throws {
        try await node.write { tx in
            try tx.run(
                """
                CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END $$
                """)
            try tx.run(
                "CREATE TRIGGER slow BEFORE INSERT ON \(SQL(stringLiteral: table)) FOR EACH ROW EXECUTE FUNCTION take_time()"
            )
        }
    }
}
