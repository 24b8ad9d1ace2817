internal import Synchronization

/// The conversations that one lane holds beside each other: how many there are, and whether there may be another.
/// A lock and not an actor, because each message that ends passes here.
final class Crew: Sendable {
    private struct State {
        var budget: ConnectionBudget
        /// Conversations that are to be had, whether open or not yet.
        var members = 0
        /// Connections that are open.
        var open = 0
        /// Conversations that are about to end because the crew is to be smaller.
        var leaving = 0
        var isOver = false
        var isWanted = false
        var hasProgressed = false
        /// Connections in a row that broke off under a message, without an answer to any.
        var broken = 0
        var foreman: CheckedContinuation<Bool, Never>?
    }

    struct Report: Sendable {
        enum Event: Sendable { case opened, closed, refused }

        var event: Event
        /// Connections that are open.
        var open: Int
        /// Connections that may be.
        var limit: Int
    }

    private let state: Mutex<State>
    private let onChange: @Sendable (Report) -> Void

    init(budget: ConnectionBudget, onChange: @escaping @Sendable (Report) -> Void = { _ in }) {
        state = Mutex(State(budget: budget))
        self.onChange = onChange
    }

    var budget: ConnectionBudget { state.withLock { $0.budget } }
    /// Whether the server has answered any message.
    var hasProgressed: Bool { state.withLock { $0.hasProgressed } }

    // MARK: The lane

    /// Whether one more conversation may begin; then it counts.
    func join() -> Bool {
        state.withLock { state in
            guard !state.isOver, state.members < state.budget.limit else { return false }
            state.members += 1
            return true
        }
    }

    /// A conversation has ended for good.
    /// - Returns: whether it was the last.
    func leave(released: Bool = false) -> Bool {
        state.withLock { state in
            state.members -= 1
            if released { state.leaving -= 1 }
            return state.members == 0
        }
    }

    /// Waits until there is room for another conversation.
    /// - Returns: false when the lane is over.
    func waitForRoom() async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLock { state in
                if state.isOver { return false }
                if state.isWanted {
                    state.isWanted = false
                    return true
                }
                state.foreman = continuation
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    func end() {
        let foreman = state.withLock { state in
            state.isOver = true
            defer { state.foreman = nil }
            return state.foreman
        }
        foreman?.resume(returning: false)
    }

    // MARK: Its size

    /// Conversations that are had or about to be.
    var size: Int { state.withLock { $0.members } }

    /// What the page says.
    var report: (open: Int, limit: Int) { state.withLock { ($0.open, $0.budget.limit) } }

    /// How many connections this node may hold from now on. When it has more, conversations end after their message.
    func setCeiling(_ connections: Int) { state.withLock { $0.budget.ceiling = max(1, connections) } }

    /// Whether conversations should end.
    var isOverfull: Bool { state.withLock { $0.members - $0.leaving > $0.budget.ceiling } }

    /// Whether the conversation that asks is to end; then it does.
    func releasesOne() -> Bool {
        state.withLock { state in
            guard state.members - state.leaving > state.budget.ceiling else { return false }
            state.leaving += 1
            return true
        }
    }

    // MARK: The conversations

    func opened() { change(.opened, by: 1) }
    func closed() { change(.closed, by: -1) }

    private func change(_ event: Report.Event, by connections: Int) {
        let report = state.withLock { state in
            state.open += connections
            return Report(event: event, open: state.open, limit: state.budget.limit)
        }
        onChange(report)
    }

    /// The server answered a message: there may be room for another conversation.
    func answered(at now: ContinuousClock.Instant) {
        let foreman: CheckedContinuation<Bool, Never>? = state.withLock { state in
            state.hasProgressed = true
            state.broken = 0
            if !state.budget.isAtCeiling { state.budget.answered(at: now) }
            guard !state.isOver, state.members < state.budget.limit else { return nil }
            guard let foreman = state.foreman else {
                state.isWanted = true
                return nil
            }
            state.foreman = nil
            return foreman
        }
        foreman?.resume(returning: true)
    }

    /// A connection broke off under a message that had begun, and nobody knows what became of it.
    /// - Returns: whether that happened so often in a row that more would only become unknown, too.
    func brokeOff() -> Bool {
        state.withLock { state in
            state.broken += 1
            return state.broken >= Self.mostBroken
        }
    }

    static let mostBroken = 5

    /// The server wants fewer or less, or a connection failed.
    /// - Parameters:
    ///   - isOpen: whether the conversation that heard it counts as open.
    ///   - isLimit: whether the server said so; else it is one only when others are open.
    /// - Returns: whether others are open, so that this one can end and the lane go on.
    func refused(isOpen: Bool, isLimit: Bool, at now: ContinuousClock.Instant) -> Bool {
        let (others, report): (Int, Report?) = state.withLock { state in
            let others = state.open - (isOpen ? 1 : 0)
            guard isLimit || others > 0 else { return (others, nil) }
            state.budget.refused(open: others, at: now)
            return (others, Report(event: .refused, open: state.open, limit: state.budget.limit))
        }
        if let report { onChange(report) }
        return others > 0
    }
}
