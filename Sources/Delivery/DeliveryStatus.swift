public import Campaigns
internal import Synchronization

/// What the engine of this process is doing now: for pages and metrics. Nothing is decided by it.
public final class DeliveryStatus: Sendable {
    /// One sender at work, or resting.
    public struct Work: Sendable, Hashable {
        public var openConnections = 0
        /// How many the server was found to take, at most what the sender allows.
        public var connectionLimit = 0
        /// Until when nothing is tried, because the server could not be had.
        public var restsUntil: Instant?
        /// Why it rests: a sentence for the sender's owner.
        public var reason = ""
    }

    public struct Totals: Sendable, Hashable {
        public var sendersAtWork = 0
        public var sendersResting = 0
        public var openConnections = 0
        /// Since the process began.
        public var connectionsOpened = 0
        /// Connections and messages that a server put off because of a limit, since the process began.
        public var limitsMet = 0
    }

    private struct State {
        var atWork: [Sender.ID: Work] = [:]
        var resting: [Sender.ID: Work] = [:]
        var connectionsOpened = 0
        var limitsMet = 0
    }

    private let state = Mutex(State())

    public init() {}

    /// What a sender does; nil when it does nothing.
    public func work(of sender: Sender.ID) -> Work? {
        state.withLock { $0.atWork[sender] ?? $0.resting[sender] }
    }

    public var totals: Totals {
        state.withLock { state in
            Totals(
                sendersAtWork: state.atWork.count, sendersResting: state.resting.count,
                openConnections: state.atWork.values.reduce(0) { $0 + $1.openConnections },
                connectionsOpened: state.connectionsOpened, limitsMet: state.limitsMet)
        }
    }

    func begins(_ sender: Sender.ID) {
        state.withLock { state in
            state.atWork[sender] = Work()
            state.resting[sender] = nil
        }
    }

    func ends(_ sender: Sender.ID) { state.withLock { $0.atWork[sender] = nil } }

    func rests(_ sender: Sender.ID, until: Instant, because reason: String) {
        state.withLock { $0.resting[sender] = Work(restsUntil: until, reason: reason) }
    }

    func changed(_ sender: Sender.ID, to crew: Crew.Report) {
        state.withLock { state in
            if crew.event == .opened { state.connectionsOpened += 1 }
            if crew.event == .refused { state.limitsMet += 1 }
            state.atWork[sender]?.openConnections = crew.open
            state.atWork[sender]?.connectionLimit = crew.limit
        }
    }
}
