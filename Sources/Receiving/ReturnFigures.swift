internal import Campaigns
internal import Persistence
internal import Synchronization

/// What became of a mail that was taken, or why one was not: what is counted.
public enum ReturnResult: String, Sendable, Hashable, CaseIterable {
    case hardBounce = "hard"
    case softBounce = "soft"
    case refusedBounce = "refused"
    case delayed, arrived, complained, unsubscribed
    /// The same again.
    case repeated
    /// An automatic reply: somebody is away.
    case automatic
    /// A person's answer, or what nobody understands.
    case unclear
    /// The message, or its account, was deleted since.
    case gone
    /// It could not be written down; whoever sent it keeps it.
    case failed

    init(_ notice: ReturnNotice, _ effect: ReturnEffect) {
        guard effect == .noted else {
            self = .repeated
            return
        }
        self =
            switch notice.kind {
            case .bounced(.hard): .hardBounce
            case .bounced(.soft): .softBounce
            case .bounced(.refused): .refusedBounce
            case .delayed: .delayed
            case .arrived: .arrived
            case .complained: .complained
            }
    }
}

/// Why something was not taken.
public enum ReturnRefusal: String, Sendable, Hashable, CaseIterable {
    /// An address that was not made here.
    case address
    /// Too many connections.
    case connections
    case size
    /// Not the protocol: bare line ends, lines without end, too many wrong commands.
    case syntax
    case time
}

/// Counts for `/metrics`, since the process began.
public final class ReturnFigures: Sendable {
    private struct State {
        var results: [ReturnResult: Int] = [:]
        var refusals: [ReturnRefusal: Int] = [:]
        var connections = 0
    }

    private let state = Mutex(State())

    public init() {}

    func count(_ result: ReturnResult) { state.withLock { $0.results[result, default: 0] += 1 } }
    func count(_ refusal: ReturnRefusal) { state.withLock { $0.refusals[refusal, default: 0] += 1 } }
    func set(connections: Int) { state.withLock { $0.connections = connections } }

    public var results: [ReturnResult: Int] { state.withLock { $0.results } }
    public var refusals: [ReturnRefusal: Int] { state.withLock { $0.refusals } }
    public var connections: Int { state.withLock { $0.connections } }
}
