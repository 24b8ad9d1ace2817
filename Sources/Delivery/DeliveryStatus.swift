internal import Campaigns
internal import Synchronization

/// What the engine of this process is doing now: for metrics. Nothing is decided by it.
public final class DeliveryStatus: Sendable {
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
        /// How many connections each sender at work has open.
        var atWork: [Sender.ID: Int] = [:]
        var resting: Set<Sender.ID> = []
        var connectionsOpened = 0
        var limitsMet = 0
    }

    private let state = Mutex(State())

    public init() {}

    public var totals: Totals {
        state.withLock { state in
            Totals(
                sendersAtWork: state.atWork.count, sendersResting: state.resting.count,
                openConnections: state.atWork.values.reduce(0, +),
                connectionsOpened: state.connectionsOpened, limitsMet: state.limitsMet)
        }
    }

    func begins(_ sender: Sender.ID) {
        state.withLock { state in
            state.atWork[sender] = 0
            state.resting.remove(sender)
        }
    }

    func ends(_ sender: Sender.ID) { state.withLock { $0.atWork[sender] = nil } }

    func rests(_ sender: Sender.ID) { state.withLock { _ = $0.resting.insert(sender) } }

    func changed(_ sender: Sender.ID, to crew: Crew.Report) {
        state.withLock { state in
            if crew.event == .opened { state.connectionsOpened += 1 }
            if crew.event == .refused { state.limitsMet += 1 }
            if state.atWork[sender] != nil { state.atWork[sender] = crew.open }
        }
    }
}
