import Campaigns
import Persistence
import TestSupport
import TestValues
import Testing

@Suite struct `Limits over several nodes` {
    /// A node at work on one sender, and all that it has in hand.
    private final class Worker {
        let node: TestNode
        var granted = 0
        var inHand: [ClaimedMessage] = []

        init(_ node: TestNode) { self.node = node }

        func claim(_ limit: Int, of sender: Sender.ID) async throws {
            let spare = granted - inHand.count
            let answer = try await node.write { $0.claims = [Claim(sender: sender, limit: limit, spare: spare)] }
            granted += answer.extensions[0]
            inHand += answer.claimed[0]
        }

        /// Ends the oldest ones; every seventh was refused before its dot and costs nothing.
        func end(_ count: Int) async throws -> Int {
            let ended = Array(inHand.prefix(count))
            inHand.removeFirst(ended.count)
            let refused = ended.filter { $0.id.rawValue % 7 == 0 }
            let sent = ended.filter { $0.id.rawValue % 7 != 0 }
            _ = try await node.write { $0.intents = sent }
            _ = try await node.write {
                $0.outcomes =
                    sent.map { outcome($0, .delivered, dotted: true) }
                    + refused.map { outcome($0, .failed, dotted: false) }
            }
            granted -= sent.count
            return sent.count
        }
    }

    /// Moves all that was used into the past: so hours pass.
    private func pass(_ seconds: Int64, _ database: any Database) async throws {
        try await database.write { tx in
            _ = try tx.run("UPDATE sender_usage SET second = -(second - \(seconds))")
            _ = try tx.run("UPDATE sender_usage SET second = -second")
        }
    }

    @Test(arguments: [1, 13, 60], TestDatabase.allCases)
    func `no 3,600 seconds hold more than the limit, and nearly all of it is used`(
        _ limit: Int, _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(1500)
            try await acme.changeSender { $0.maxPerHour = limit }
            let campaign = try await acme.startCampaign()
            try await plan(database, chunk: 2000)
            let sender = acme.sender
            let record = try await database.read { try $0.anySender(sender)! }
            var workers: [Worker] = []
            for name in ["a", "b", "c"] {
                let worker = Worker(try await TestNode(database, identity: name))
                let epoch = worker.node.epoch
                let share = try await database.write { tx in try tx.join(record, epoch: epoch, most: 500) }
                if share != nil { workers.append(worker) }
            }
            #expect(workers.count == 3)

            var random = SeededGenerator(seed: UInt64(limit))
            // The virtual time at which each message was begun at the earliest, and ended.
            var (now, ended, begun) = (Int64(0), [Int64](), [Int64]())
            let started = ContinuousClock.now
            let hours: Int64 = 6
            while now < hours * 3600 {
                let step = Int64.random(in: 1...120, using: &random)
                try await pass(step, database)
                now += step
                let worker = workers.randomElement(using: &random)!
                let before = worker.inHand.count
                try await worker.claim(Int.random(in: 1...20, using: &random), of: sender)
                begun += [Int64](repeating: now, count: worker.inHand.count - before)
                for worker in workers where !worker.inHand.isEmpty {
                    let count = Int.random(in: 0...worker.inHand.count, using: &random)
                    let sent = try await worker.end(count)
                    ended += [Int64](repeating: now, count: sent)
                }
                let held = workers.reduce(0) { $0 + $1.inHand.count }
                // The ledger's clock goes on as well: what a loaded machine takes for all this has made everything older.
                let elapsed = (ContinuousClock.now - started).components.seconds + 1
                let within = ended.count { $0 > now - 3600 + elapsed }
                #expect(within + held <= limit)
            }
            #expect(Double(ended.count) >= 0.95 * Double(limit) * Double(hours - 1))
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] == ended.count)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `what a dead node was granted counts until it is taken over`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(50)
            try await acme.changeSender { $0.maxPerHour = 10 }
            _ = try await acme.startCampaign()
            try await plan(database)
            let sender = acme.sender
            let record = try await database.read { try $0.anySender(sender)! }
            let dead = Worker(try await TestNode(database, identity: "dead"))
            let living = Worker(try await TestNode(database, identity: "living"))
            for epoch in [dead.node.epoch, living.node.epoch] {
                _ = try await database.write { tx in try tx.join(record, epoch: epoch, most: 500) }
            }
            try await dead.claim(10, of: sender)
            #expect(dead.inHand.count == 10)
            let last = dead.inHand[0]
            _ = try await dead.node.write { $0.intents = [last] }
            try await living.claim(10, of: sender)
            #expect(living.inHand.isEmpty)
            try await dead.node.fallSilent(for: .seconds(16))
            _ = try await living.node.takeOver()
            try await living.claim(20, of: sender)
            // The one that may have been sent is one of the ten.
            #expect(living.inHand.count == 9)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `connections are divided among the nodes at work, and never more than the sender may have`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.changeSender { $0.maxConnections = 5 }
            let (account, sender) = (acme.account, acme.sender)
            let record = try await database.read { try $0.anySender(sender)! }
            let a = try await TestNode(database, identity: "a").epoch
            let b = try await TestNode(database, identity: "b").epoch
            let c = try await TestNode(database, identity: "c").epoch
            try await database.write { tx in
                #expect(try tx.join(record, epoch: a, most: 500)?.connections == 5)
                // All are taken: it waits until some are let go of.
                #expect(try tx.join(record, epoch: b, most: 500)?.connections == 0)
                var division = try tx.division(of: [sender])[sender]!
                #expect(division.fairShare(of: a) == 3 && division.fairShare(of: b) == 2)
                #expect(try tx.setConnections(2, of: sender, epoch: b) == 0)
                #expect(try tx.setConnections(3, of: sender, epoch: a) == 3)
                #expect(try tx.setConnections(5, of: sender, epoch: b) == 2)
                #expect(try tx.join(record, epoch: c, most: 500)?.connections == 0)
                division = try tx.division(of: [sender])[sender]!
                #expect([a, b, c].map(division.fairShare) == [2, 2, 1])
                try tx.leave(record, epoch: a)
                #expect(try tx.setConnections(1, of: sender, epoch: c) == 1)
                try tx.note([(sender: sender, open: 2, limit: 2)], epoch: b)
                try tx.note([(sender: sender, open: 1, limit: 1)], epoch: c)
                #expect(
                    try tx.account(account).activity(of: sender)
                        == SenderActivityRecord(openConnections: 3, connectionLimit: 3))
                try tx.leave(record, epoch: b)
                let until = try tx.now + .seconds(60)
                try tx.leave(record, epoch: c, resting: (until, "No answer."))
                #expect(try tx.account(account).activity(of: sender)?.reason == "No answer.")
                // Who rests holds none.
                #expect(try tx.join(record, epoch: a, most: 4)?.connections == 4)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a sender that spreads its mails evenly is for one node, and so is a single connection`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            let sender = acme.sender
            let first = try await TestNode(database, identity: "a").epoch
            let second = try await TestNode(database, identity: "b").epoch
            for isSpread in [true, false] {
                try await acme.changeSender {
                    $0.spreadsEvenly = isSpread
                    $0.maxConnections = isSpread ? 8 : 1
                }
                try await database.write { tx in
                    let record = try tx.anySender(sender)!
                    #expect(try tx.join(record, epoch: first, most: 500) != nil)
                    #expect(try tx.join(record, epoch: second, most: 500) == nil)
                    try tx.leave(record, epoch: first)
                    #expect(try tx.join(record, epoch: second, most: 500) != nil)
                    try tx.leave(record, epoch: second)
                }
            }
        }
    }
}
