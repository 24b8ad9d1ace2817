internal import DequeModule
internal import NIOCore
internal import Persistence
internal import Routing
internal import Synchronization

/// The messages of one sender that wait for one site, and the conversations that take them.
final class SiteQueue: Sendable {
    private typealias Waiter = (number: Int, continuation: CheckedContinuation<ClaimedMessage?, Never>)

    private struct State {
        var route: MailRoute
        var messages: Deque<ClaimedMessage> = []
        var waiters: Deque<Waiter> = []
        var lastNumber = 0
        /// Conversations that have begun and not taken their first message.
        var starting = 0
        var members = 0
        var isClosed = false
        /// Messages that have ended here.
        var ended = 0
        /// The loop has been told that there may be room for another conversation.
        var hasNews = false
    }

    let key: String
    let site: String
    private let begun = ContinuousClock.now
    private let state: Mutex<State>

    init(_ route: MailRoute) {
        key = route.key
        site = route.site
        state = Mutex(State(route: route))
    }

    /// The same site as it is now: addresses change.
    var route: MailRoute {
        get { state.withLock { $0.route } }
        set { state.withLock { $0.route = newValue } }
    }

    var count: Int { state.withLock { $0.messages.count } }
    /// Since the first message came.
    var age: Duration { ContinuousClock.now - begun }
    /// Messages ended in a second at most: where none has ended yet, one may any moment.
    var highestRate: Double {
        let seconds = max(1, age / .seconds(1))
        return Double(max(1, state.withLock { $0.ended })) / seconds
    }
    var isUnused: Bool { state.withLock { $0.messages.isEmpty && $0.members == 0 } }
    /// Whether a conversation more would have something to do.
    var wantsAnother: Bool { state.withLock { !$0.isClosed && $0.messages.count > $0.starting } }

    // MARK: Messages

    func push(_ message: ClaimedMessage) {
        let waiter: Waiter? = state.withLock { state in
            if let waiter = state.waiters.popFirst() { return waiter }
            state.messages.append(message)
            return nil
        }
        waiter?.continuation.resume(returning: message)
    }

    /// For one that was taken and not tried.
    /// - Returns: false when nobody will take it any more: then it is still in the caller's hands.
    func pushBack(_ message: ClaimedMessage) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.messages.prepend(message)
            return true
        }
    }

    func take() -> ClaimedMessage? { state.withLock { $0.isClosed ? nil : $0.messages.popFirst() } }

    /// Takes away all but the first `keeping`.
    func drain(keeping: Int = 0) -> [ClaimedMessage] {
        state.withLock { state in
            let rest = Array(state.messages.dropFirst(keeping))
            state.messages.removeLast(rest.count)
            return rest
        }
    }

    /// Waits for a message, but not for long.
    func next(within limit: Duration, on loop: any EventLoop) async -> ClaimedMessage? {
        await withCheckedContinuation { continuation in
            let (answer, number): (ClaimedMessage??, Int) = state.withLock { state in
                if state.isClosed { return (.some(nil), 0) }
                if let message = state.messages.popFirst() { return (.some(message), 0) }
                state.lastNumber += 1
                state.waiters.append((state.lastNumber, continuation))
                return (nil, state.lastNumber)
            }
            if let answer { return continuation.resume(returning: answer) }
            loop.scheduleTask(in: TimeAmount(limit)) { self.dismiss(number) }
        }
    }

    private func dismiss(_ number: Int) {
        let waiter: Waiter? = state.withLock { state in
            guard let index = state.waiters.firstIndex(where: { $0.number == number }) else { return nil }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume(returning: nil)
    }

    /// Conversations that wait for another message end.
    func dismissIdle() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: nil) }
    }

    /// Hands out nothing more.
    func close() {
        state.withLock { $0.isClosed = true }
        dismissIdle()
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    // MARK: Conversations

    /// Whether the loop is to be told that there may be room: once, until it has looked.
    func tellsNews() -> Bool {
        state.withLock { state in
            defer { state.hasNews = true }
            return !state.hasNews
        }
    }

    func clearNews() { state.withLock { $0.hasNews = false } }

    func begins() {
        state.withLock { state in
            state.members += 1
            state.starting += 1
        }
    }

    func started() { state.withLock { $0.starting -= 1 } }
    func ends() { state.withLock { $0.members -= 1 } }
    func messageEnded() { state.withLock { $0.ended += 1 } }
}
