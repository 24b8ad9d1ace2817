import Campaigns
import NIOConcurrencyHelpers
import Persistence
import PersistencePostgres
import TestSupport
import Testing

/// What SQLite cannot get wrong, having one writer: several real connections of several processes at once.
@Suite struct `Several nodes at one database` {
    /// As many databases as nodes, each with connections of its own.
    private func withNodes<Value>(
        _ count: Int, migrated: Bool = true, _ body: ([PostgresDatabase]) async throws -> Value
    ) async throws -> Value {
        let address =
            try await migrated ? TestPostgres.shared.newDatabase() : TestPostgres.shared.emptyDatabase()
        var nodes: [PostgresDatabase] = []
        for _ in 0..<count {
            nodes.append(
                try await PostgresDatabase(PostgresSettings(address: address, connections: 4), logger: .silent))
        }
        let value = try await body(nodes)
        for node in nodes { try await node.close() }
        try await TestPostgres.shared.drop(address)
        return value
    }

    @Test func `migrations that three start at once run once`() async throws {
        try await withNodes(3, migrated: false) { nodes in
            let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
                for node in nodes { group.addTask { try await node.migrate() } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied.sorted() == Migration.all.map(\.number))
        }
    }

    @Test func `no message is claimed twice, and none is left`() async throws {
        try await withNodes(3) { nodes in
            let acme = try await SeededAccount(nodes[0])
            try await acme.addRecipients(2000)
            let campaign = try await acme.startCampaign()
            try await plan(nodes[0])
            let sender = acme.sender
            let claimed = try await withThrowingTaskGroup(of: [ClaimedMessage].self) { group in
                for number in 0..<9 {
                    let node = nodes[number % 3]
                    group.addTask {
                        let epoch = try await node.write { try $0.beginEpoch(node: "node \(number)") }
                        var mine: [ClaimedMessage] = []
                        while true {
                            let some = try await claim(node, sender, 37, epoch)
                            if some.isEmpty { return mine }
                            mine += some
                            let granted = try await intend(node, some, epoch)
                            #expect(granted == Set(some.map(\.id)))
                            try await node.write { tx in
                                var batch = LedgerBatch()
                                batch.outcomes = some.map { outcome($0, .delivered, dotted: true) }
                                _ = try tx.apply(batch, epoch: epoch)
                            }
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            // A claim passes over what others are just looking at, so a node may end before all is gone.
            let epoch = try await nodes[0].write { try $0.beginEpoch(node: "last") }
            let rest = try await claim(nodes[0], sender, 2000, epoch)
            #expect(claimed.count + rest.count == 2000)
            #expect(Set((claimed + rest).map(\.id)).count == 2000)
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] == claimed.count && tally.total == 2000)
            let account = acme.account
            let used = try await nodes[0].read { try $0.account(account).sentInLastHour(sender) }
            #expect(used == claimed.count)
        }
    }

    @Test func `an address that ten add at once is there once`() async throws {
        try await withNodes(2) { nodes in
            let account = try await SeededAccount(nodes[0]).account
            let written = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<10 {
                    group.addTask {
                        let fields = RecipientFields(email: "ada@example.org", firstName: "\(number)")
                        let result = try? await nodes[number % 2].write {
                            try $0.account(account).addRecipient(fields, key: fields.email)
                        }
                        if case .written? = result { return true } else { return false }
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(written == 1)
            let (counted, there) = try await nodes[0].read { tx in
                (try tx.account(account).recipientCount(), try tx.count("SELECT COUNT(*) FROM recipient"))
            }
            #expect(counted == 1 && there == 1)
        }
    }

    @Test func `of those who register at once one becomes the administrator, and no name is another's address`()
        async throws
    {
        try await withNodes(2) { nodes in
            let made = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<12 {
                    group.addTask {
                        // The name of one is the address of the next one.
                        let new = NewUser(
                            userName: "u\(number)", userKey: "key\(number)", email: "e", emailKey: "key\(number + 1)",
                            passwordHash: "")
                        return (try? await nodes[number % 2].write { try $0.addUser(new) }) != nil
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            let (administrators, users, keys) = try await nodes[0].read { tx in
                (
                    try tx.count("SELECT COUNT(*) FROM users WHERE is_administrator = 1"),
                    try tx.count("SELECT COUNT(*) FROM users"),
                    try tx.count(
                        "SELECT COUNT(DISTINCT k) FROM (SELECT user_key AS k FROM users UNION ALL SELECT email_key FROM users) x"
                    )
                )
            }
            #expect(administrators == 1)
            #expect(users == made && keys == 2 * made && made >= 4)
        }
    }

    @Test func `tries at many nodes at once are counted together`() async throws {
        try await withNodes(3) { nodes in
            let allowed = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<24 {
                    group.addTask {
                        try await nodes[number % 3].write {
                            try $0.tryOnce("login", by: "192.0.2.1", limit: 5, within: .seconds(60))
                        } == nil
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(allowed == 5)
        }
    }

    @Test func `a campaign whose last messages end at two nodes at once is finished`() async throws {
        try await withNodes(2) { nodes in
            for _ in 1...10 {
                let acme = try await SeededAccount(nodes[0])
                try await acme.addRecipients(2)
                let campaign = try await acme.startCampaign()
                try await plan(nodes[0])
                let epoch = try await nodes[0].write { try $0.beginEpoch(node: "one") }
                let claimed = try await claim(nodes[0], acme.sender, 2, epoch)
                _ = try await intend(nodes[0], [claimed[0]], epoch)
                // One of them is `dotted`, the other one `claimed`: their ends change different counters.
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (number, message) in claimed.enumerated() {
                        group.addTask {
                            try await nodes[number].write { tx in
                                var batch = LedgerBatch()
                                batch.outcomes = [
                                    outcome(message, number == 0 ? .delivered : .failed, dotted: number == 0)
                                ]
                                _ = try tx.apply(batch, epoch: epoch)
                                try tx.run("SELECT pg_sleep(0.01)")
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                try await nodes[1].write { try $0.finish(try $0.campaignsToFinish()) }
                let state = try await acme.campaign(campaign).state
                #expect(state == .finished)
            }
        }
    }

    @Test func `a campaign that two planners start and plan at once gets each message once`() async throws {
        try await withNodes(2) { nodes in
            let acme = try await SeededAccount(nodes[0])
            try await acme.addRecipients(1000)
            let campaign = try await acme.startCampaign()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for node in nodes { group.addTask { try await plan(node, chunk: 50) } }
                try await group.waitForAll()
            }
            let tally = try await acme.tally(campaign)
            #expect(tally[.ready] == 1000 && tally.total == 1000)
            let contents = try await nodes[0].read { try $0.count("SELECT COUNT(*) FROM content") }
            #expect(contents == 1)
        }
    }

    @Test func `who unsubscribes while the campaign is planned gets nothing of it`() async throws {
        try await withNodes(2) { nodes in
            let acme = try await SeededAccount(nodes[0])
            try await acme.addRecipients(300)
            let earlier = try await acme.startCampaign()
            try await plan(nodes[0])
            let account = acme.account
            let people = try await nodes[0].read { tx in
                try tx.account(account).recipients(AudienceFilter(), after: nil, limit: 300).map(\.id)
            }
            let campaign = try await acme.startCampaign()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await nodes[0].write { tx in
                        for due in try tx.dueCampaigns() { try tx.begin(due, expiry: .seconds(3600)) }
                    }
                    while try await acme.campaign(campaign).state != .sending {
                        _ = try await nodes[0].write { try $0.plan(campaign, filter: AudienceFilter(), limit: 20) }
                    }
                }
                group.addTask {
                    for recipient in people.reversed().prefix(60) {
                        try await nodes[1].write { tx in
                            let scope = tx.account(account)
                            guard let who = try scope.subscription(campaign: earlier, recipient: recipient) else {
                                throw DatabaseFault.noRow
                            }
                            try scope.unsubscribe(who)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let tally = try await acme.tally(campaign)
            #expect(tally[.ready] == 240 && tally[.cancelled] == 60)
        }
    }

    @Test func `a piece of planning waits for somebody who unsubscribes, and is not put off`() async throws {
        try await withNodes(2) { nodes in
            let acme = try await SeededAccount(nodes[0])
            try await acme.addRecipients(3)
            let campaign = try await acme.startCampaign()
            try await nodes[0].write { tx in
                for due in try tx.dueCampaigns() { try tx.begin(due, expiry: .seconds(3600)) }
            }
            let (held, hold) = AsyncStream.makeStream(of: Void.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await nodes[1].write { tx in
                        // As an unsubscription does.
                        _ = try tx.first("SELECT 1 FROM campaign WHERE id = \(campaign) FOR SHARE") { _ in true }
                        hold.yield()
                        try tx.run("SELECT pg_sleep(0.2)")
                    }
                }
                for await _ in held.prefix(1) {}
                let isWhole = try await nodes[0].write { try $0.plan(campaign, filter: AudienceFilter(), limit: 1) }
                #expect(!isWhole)
                try await group.waitForAll()
            }
            #expect(try await acme.tally(campaign).total == 1)
        }
    }

    @Test func `what comes back while its campaign is deleted leaves nothing behind, whoever is first`() async throws {
        try await withNodes(2) { nodes in
            for isNoticeFirst in [true, false] {
                let acme = try await SeededAccount(nodes[0])
                try await acme.addRecipients(1)
                let campaign = try await acme.startCampaign()
                try await plan(nodes[0])
                let epoch = try await nodes[0].write { try $0.beginEpoch(node: "one") }
                let sent = try await claim(nodes[0], acme.sender, 1, epoch)
                _ = try await intend(nodes[0], sent, epoch)
                try await nodes[0].write { tx in
                    var batch = LedgerBatch()
                    batch.outcomes = sent.map { outcome($0, .delivered, dotted: true) }
                    _ = try tx.apply(batch, epoch: epoch)
                }
                let account = acme.account
                let message = try await nodes[0].read { try $0.account(account).returnedMessage(sent[0].id)! }
                let notice: Deed = { tx in
                    _ = try tx.account(account).note(ReturnNotice(.delayed, words: "Still trying"), about: message)
                }
                let deletion: Deed = { tx in
                    let isDeleted = try tx.account(account).deleteCampaign(campaign)
                    #expect(isDeleted)
                }
                if isNoticeFirst {
                    try await overlap(nodes, first: notice, second: deletion)
                } else {
                    try await overlap(nodes, first: deletion, second: notice)
                }
                let left = try await nodes[0].read { tx in
                    (try tx.count("SELECT COUNT(*) FROM message"), try tx.count("SELECT COUNT(*) FROM attempt"))
                }
                #expect(left == (0, 0), "notice first: \(isNoticeFirst)")
            }
        }
    }

    @Test func `what comes back of a campaign and what is refused of it never wait for each other in a ring`()
        async throws
    {
        try await withNodes(2) { nodes in
            let acme = try await SeededAccount(nodes[0])
            try await acme.addRecipients(160)
            let campaign = try await acme.startCampaign()
            try await plan(nodes[0])
            let (account, epoch) = (acme.account, try await nodes[0].write { try $0.beginEpoch(node: "one") })
            let claimed = try await claim(nodes[0], acme.sender, 160, epoch)
            let (unknown, refused) = (Array(claimed.prefix(80)), claimed.dropFirst(80))
            _ = try await intend(nodes[0], unknown, epoch)
            let returned = try await nodes[0].write { tx in
                var batch = LedgerBatch()
                batch.outcomes = unknown.map { outcome($0, .unknown, dotted: true) }
                _ = try tx.apply(batch, epoch: epoch)
                return try unknown.map { try #require(try tx.account(account).returnedMessage($0.id)) }
            }
            // A transaction that was in a ring is made again.
            let transactions = NIOLockedValueBox(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for message in refused {
                        try await nodes[0].write { tx in
                            transactions.withLockedValue { $0 += 1 }
                            var batch = LedgerBatch()
                            batch.outcomes = [
                                Outcome(
                                    message: message, result: .failed, reachedTheDot: false, code: 550, reply: "No",
                                    step: "RCPT")
                            ]
                            _ = try tx.apply(batch, epoch: epoch)
                        }
                    }
                }
                group.addTask {
                    for message in returned {
                        try await nodes[1].write { tx in
                            transactions.withLockedValue { $0 += 1 }
                            let notice = ReturnNotice(.bounced(.refused), code: 550, words: "Not wanted")
                            _ = try tx.account(account).note(notice, about: message)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(transactions.withLockedValue { $0 } == 160)
            #expect(try await acme.tally(campaign)[.failed] == 160)
        }
    }
}
