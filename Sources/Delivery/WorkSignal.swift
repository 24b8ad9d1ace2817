internal import Synchronization

/// Tells the engine to look now rather than at its next poll. Losing a signal loses nothing: the database is what counts.
public final class WorkSignal: Sendable {
    private struct State {
        var isStopped = false
        /// Grows with each signal, so that one that comes while nobody waits is not missed.
        var generation = 0
        var nextWaiter = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    /// There is something to do: a campaign was started, a mail queued, a sender mended.
    public func wake() { rouse { $0.generation += 1 } }

    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// The number of the latest signal.
    var latest: Int { state.withLock { $0.generation } }

    func stop() { rouse { $0.isStopped = true } }

    /// Waits for a signal later than the one numbered `seen`, or for the end, but no longer than `limit`.
    /// - Returns: the number of the latest signal.
    func wait(after seen: Int, atMost limit: Duration) async -> Int {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await Task.sleep(for: limit) }
            group.addTask { await self.waitForSignal(after: seen) }
            await group.next()
            group.cancelAll()
        }
        return latest
    }

    private func waitForSignal(after seen: Int) async {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isPast = state.withLock { state in
                    if Task.isCancelled || state.generation != seen || state.isStopped { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if isPast { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }

    private func rouse(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }
}
