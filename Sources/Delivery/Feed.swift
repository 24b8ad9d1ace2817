internal import Campaigns
internal import DequeModule
internal import Persistence
internal import Synchronization

/// The messages of one sender that are next, claimed ahead of time so that no conversation waits for the ledger, and
/// never more than the sender's limit lets through.
///
/// A lock and not an actor, because each message passes here twice (see ``LedgerWriter``).
final class Feed: Sendable {
    private typealias Taker = CheckedContinuation<ClaimedMessage?, Never>
    private typealias Demand = CheckedContinuation<Void, Never>

    private struct State {
        /// Messages that the ledger has granted, and how many of them are in hand.
        var granted = 0
        var inHand = 0
        var pace: Pace?
        var buffer: Deque<ClaimedMessage> = []
        var takers: Deque<Taker> = []
        var demand: Demand?
        /// Somebody woke us while nobody waited.
        var isWoken = false
        var lastServed: Campaign.ID?
        var isEnded = false
        /// The ledger granted less than was asked for, and what it granted was claimed.
        var isShort = false
        /// The last claim gave nothing: what is at hand is the rest, unless somebody asks to look again.
        var isDry = false

        /// - Returns: who is to be resumed once the lock is free.
        mutating func wake() -> Demand? {
            isWoken = demand == nil
            defer { demand = nil }
            return demand
        }

        mutating func takeTakers() -> Deque<Taker> {
            defer { takers = [] }
            return takers
        }
    }

    private let sender: Sender.ID
    private let writer: LedgerWriter
    private let batch: Int
    /// Whether it goes on after a claim that gave nothing, until it is told to end.
    private let lingers: Bool
    private let state: Mutex<State>

    /// - Parameters:
    ///   - batch: how many messages one claim takes at most.
    ///   - pace: for a sender that spreads its messages evenly.
    ///   - lingers: whether it goes on after a claim that gave nothing.
    init(sender: Sender.ID, writer: LedgerWriter, batch: Int, pace: Pace? = nil, lingers: Bool = false) {
        self.lingers = lingers
        self.sender = sender
        self.writer = writer
        self.batch = pace.map { min(batch, $0.group) } ?? batch
        state = Mutex(State(pace: pace))
    }

    /// Below so many at hand the next ones are claimed.
    private var lowWater: Int { max(1, batch / 2) }

    // MARK: Conversations

    /// The next message; waits while a claim is under way. `nil`: there is nothing to do now (all sent, limit reached, or
    /// told to end).
    func next() async -> ClaimedMessage? {
        if let message = takeNow() { return message }
        return await withCheckedContinuation { taker in
            let (answer, demand): (ClaimedMessage??, Demand?) = state.withLock { state in
                if !state.isEnded, let message = state.buffer.popFirst() { return (.some(message), nil) }
                let demand = state.wake()
                if state.isEnded || state.isDry { return (.some(nil), demand) }
                state.takers.append(taker)
                return (nil, demand)
            }
            demand?.resume()
            if let answer { taker.resume(returning: answer) }
        }
    }

    /// The next message if there is one at hand.
    func takeNow() -> ClaimedMessage? {
        let lowWater = lowWater
        let (message, demand): (ClaimedMessage?, Demand?) = state.withLock { state in
            guard !state.isEnded, let message = state.buffer.popFirst() else { return (nil, nil) }
            let isLow = state.buffer.count < lowWater && (!state.isDry || state.buffer.isEmpty)
            return (message, isLow ? state.wake() : nil)
        }
        demand?.resume()
        return message
    }

    /// A message that was handed out has ended.
    func ended(countsAgainstLimit: Bool) {
        state.withLock { state in
            state.inHand -= 1
            if countsAgainstLimit { state.granted -= 1 }
        }
    }

    // MARK: The lane

    /// Claims again, after a claim that gave nothing.
    func look() {
        let demand = state.withLock { state in
            state.isDry = false
            return state.wake()
        }
        demand?.resume()
    }

    /// Whether the limits kept messages waiting, and some of what they let through is left after all, because a server refused
    /// those messages before their ends.
    var hasUnusedRoom: Bool { state.withLock { $0.isShort && $0.granted > $0.inHand } }

    /// How many messages are at hand.
    var depth: Int { state.withLock { $0.buffer.count } }

    /// Hands out nothing more.
    func end() {
        let (takers, demand) = state.withLock { state in
            state.isEnded = true
            return (state.takeTakers(), state.wake())
        }
        demand?.resume()
        for taker in takers { taker.resume(returning: nil) }
    }

    /// Claims as messages are taken, until there is nothing more to claim; then gives back what nobody took.
    func run() async throws {
        defer { end() }
        do { try await claimAndWait() } catch {
            // What nobody has taken goes back also where no more can be claimed.
            end()
            try? await giveBack()
            throw error
        }
        try await giveBack()
    }

    private func claimAndWait() async throws {
        while !isEnded {
            // Whatever woke us until here is seen below.
            let pause = state.withLock { state in
                state.isWoken = false
                return state.buffer.isEmpty ? state.pace?.pause(at: .now) : nil
            }
            if let pause {
                await rest(pause)
                continue
            }
            if depth < lowWater, try await !refill() { becomeDry() }
            let step: Step = state.withLock { state in
                if state.isEnded || (!lingers && state.isDry && state.buffer.isEmpty) { return .end }
                return !state.takers.isEmpty && !state.isDry ? .claim : .wait
            }
            switch step {
            case .end: return
            case .claim: continue
            case .wait: await waitForDemand()
            }
        }
    }

    private enum Step { case end, claim, wait }

    private var isEnded: Bool { state.withLock { $0.isEnded } }

    /// Nothing to claim. What is at hand is still handed out.
    private func becomeDry() {
        let takers = state.withLock { state in
            state.isDry = true
            return state.takeTakers()
        }
        for taker in takers { taker.resume(returning: nil) }
    }

    /// Waits until the pause is over, or somebody wakes us.
    private func rest(_ pause: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await Task.sleep(for: pause)
                self.state.withLock { $0.wake() }?.resume()
            }
            await self.waitForDemand()
            group.cancelAll()
        }
    }

    private func waitForDemand() async {
        await withCheckedContinuation { continuation in
            let isWoken = state.withLock { state in
                if state.isWoken || state.isEnded { return true }
                state.demand = continuation
                return false
            }
            if isWoken { continuation.resume() }
        }
    }

    // MARK: The ledger

    /// Gives claimed messages back that were never begun: all at once, which is one commit.
    private func giveBack() async throws {
        let rest = state.withLock { state in
            defer { state.buffer = [] }
            return state.buffer
        }
        let writer = writer
        try await withThrowingTaskGroup(of: Void.self) { group in
            for message in rest { group.addTask { _ = try await writer.record(.released(message), then: nil) } }
            try await group.waitForAll()
        }
        state.withLock { $0.inHand -= rest.count }
    }

    /// - Returns: whether anything could be had, or is still at hand.
    private func refill() async throws -> Bool {
        let (lastServed, spare) = state.withLock { ($0.lastServed, max(0, $0.granted - $0.inHand)) }
        let answer = try await writer.claim(Claim(sender: sender, limit: batch, after: lastServed, spare: spare))
        let claimed = answer.messages
        let served = state.withLock { state in
            state.granted += answer.more
            state.inHand += claimed.count
            if !claimed.isEmpty, spare + answer.more < batch { state.isShort = true }
            if !claimed.isEmpty { state.pace?.left(claimed.count, at: .now) }
            state.lastServed = claimed.last?.campaignID ?? state.lastServed
            state.buffer.append(contentsOf: claimed)
            var served: [(Taker, ClaimedMessage)] = []
            while !state.takers.isEmpty, let message = state.buffer.popFirst() {
                served.append((state.takers.removeFirst(), message))
            }
            return served
        }
        for (taker, message) in served { taker.resume(returning: message) }
        return !claimed.isEmpty
    }
}
