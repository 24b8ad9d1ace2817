internal import Campaigns
internal import DequeModule
internal import Persistence

/// The messages of one sender that are next, claimed ahead of time so that no conversation waits for the ledger, and
/// never more than the sender's limit lets through.
actor Feed {
    private let sender: Sender.ID
    private let writer: LedgerWriter
    private let batch: Int
    /// Messages that the ledger has granted, and how many of them are in hand.
    private var granted = 0
    private var inHand = 0
    private var pace: Pace?
    private var buffer: Deque<ClaimedMessage> = []
    private var takers: Deque<CheckedContinuation<ClaimedMessage?, Never>> = []
    private var demand: CheckedContinuation<Void, Never>?
    private var lastServed: Campaign.ID?
    private var isEnded = false
    /// The last claim gave nothing: what is at hand is the rest.
    private var isDry = false

    /// - Parameters:
    ///   - batch: how many messages one claim takes at most.
    ///   - pace: for a sender that spreads its messages evenly.
    init(sender: Sender.ID, writer: LedgerWriter, batch: Int, pace: Pace? = nil) {
        self.sender = sender
        self.writer = writer
        self.batch = pace.map { min(batch, $0.group) } ?? batch
        self.pace = pace
    }

    /// Below so many at hand the next ones are claimed.
    private var lowWater: Int { max(1, batch / 2) }

    /// The next message; waits while a claim is under way. `nil`: there is nothing to do now (all sent, limit reached, or
    /// told to end).
    func next() async -> ClaimedMessage? {
        if let message = takeNow() { return message }
        wake()
        if isEnded || isDry { return nil }
        return await withCheckedContinuation { takers.append($0) }
    }

    /// The next message if there is one at hand.
    func takeNow() -> ClaimedMessage? {
        guard !isEnded, let message = buffer.popFirst() else { return nil }
        if buffer.count < lowWater, !isDry || buffer.isEmpty { wake() }
        return message
    }

    /// A message that was handed out has ended.
    func ended(countsAgainstLimit: Bool) {
        inHand -= 1
        if countsAgainstLimit { granted -= 1 }
    }

    /// How many messages are at hand.
    var depth: Int { buffer.count }

    /// Hands out nothing more.
    func end() {
        isEnded = true
        wake()
        while let taker = takers.popFirst() { taker.resume(returning: nil) }
    }

    /// Claims as messages are taken, until there is nothing more to claim; then gives back what nobody took.
    func run() async throws {
        defer { end() }
        while !isEnded {
            if buffer.isEmpty, let pause = pace?.pause(at: .now) {
                await rest(pause)
                continue
            }
            if buffer.count < lowWater, try await !refill() {
                // Nothing to claim. What is at hand is still handed out.
                isDry = true
                while let taker = takers.popFirst() { taker.resume(returning: nil) }
            }
            if isEnded || (isDry && buffer.isEmpty) { break }
            if !takers.isEmpty, !isDry { continue }
            await withCheckedContinuation { demand = $0 }
        }
        try await giveBack()
    }

    /// Waits until the pause is over, or somebody wakes us.
    private func rest(_ pause: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await Task.sleep(for: pause)
                await self.wake()
            }
            if !isEnded { await withCheckedContinuation { demand = $0 } }
            group.cancelAll()
        }
    }

    /// Gives claimed messages back that were never begun: all at once, which is one commit.
    private func giveBack() async throws {
        let rest = buffer
        buffer = []
        let writer = writer
        try await withThrowingTaskGroup(of: Void.self) { group in
            for message in rest { group.addTask { _ = try await writer.record(.released(message), then: nil) } }
            try await group.waitForAll()
        }
        inHand -= rest.count
    }

    /// - Returns: whether anything could be had, or is still at hand.
    private func refill() async throws -> Bool {
        let answer = try await writer.claim(
            Claim(sender: sender, limit: batch, after: lastServed, spare: max(0, granted - inHand)))
        let claimed = answer.messages
        granted += answer.more
        inHand += claimed.count
        if !claimed.isEmpty { pace?.left(claimed.count, at: .now) }
        lastServed = claimed.last?.campaignID ?? lastServed
        buffer.append(contentsOf: claimed)
        while !takers.isEmpty, let message = buffer.popFirst() { takers.removeFirst().resume(returning: message) }
        return !claimed.isEmpty
    }

    private func wake() {
        demand?.resume()
        demand = nil
    }
}
