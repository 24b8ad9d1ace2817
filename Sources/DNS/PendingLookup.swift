internal import Synchronization

/// One question that waits for its answer; the first one that comes counts.
final class PendingLookup: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Result<Answer, LookupProblem>, Never>)
        case ended(Result<Answer, LookupProblem>)
    }

    let context: UnboundContext
    private let state = Mutex(State.open)

    init(in context: UnboundContext) { self.context = context }

    func end(_ result: Result<Answer, LookupProblem>) {
        let waiting: CheckedContinuation<Result<Answer, LookupProblem>, Never>? = state.withLock { state in
            switch state {
            case .open:
                state = .ended(result)
                return nil
            case .awaited(let waiting):
                state = .ended(result)
                return waiting
            case .ended: return nil
            }
        }
        waiting?.resume(returning: result)
    }

    /// To be called once.
    func result() async -> Result<Answer, LookupProblem> {
        await withCheckedContinuation { continuation in
            let known: Result<Answer, LookupProblem>? = state.withLock { state in
                if case .ended(let result) = state { return result }
                state = .awaited(continuation)
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }
}
