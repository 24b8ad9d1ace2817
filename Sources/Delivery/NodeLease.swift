internal import Synchronization

/// Whether this start may still take itself for alive. The database decides that; between two looks at it the monotonic
/// clock does, which goes on while a process is stopped.
final class NodeLease: Sendable {
    private struct State {
        var renewed: ContinuousClock.Instant
        var isLost = false
    }

    private let patience: Duration
    private let onLoss: @Sendable () -> Void
    private let state: Mutex<State>

    /// - Parameter patience: how long after the last renewal a message may still be begun.
    init(patience: Duration, renewed: ContinuousClock.Instant, onLoss: @escaping @Sendable () -> Void = {}) {
        self.patience = patience
        self.onLoss = onLoss
        state = Mutex(State(renewed: renewed))
    }

    /// Another node has declared this start dead, or may have: nothing that it has in hand is its own any more.
    var isLost: Bool { state.withLock { $0.isLost } }

    func lose() {
        state.withLock { $0.isLost = true }
        onLoss()
    }

    /// The database has taken a renewal.
    /// - Parameter asked: when it was asked for, which is before the database's clock was read.
    func renew(asked: ContinuousClock.Instant) { state.withLock { $0.renewed = max($0.renewed, asked) } }

    /// Whether long work is to renew it now, before it goes on.
    var isHalfOver: Bool { state.withLock { ContinuousClock.now - $0.renewed > patience / 2 } }

    /// Whether a final dot may be written now.
    func mayEnd(at now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { !$0.isLost && now - $0.renewed < patience }
    }
}
