internal import DequeModule
internal import Synchronization

/// Tells a name server that knows nobody from a list with some dead domains.
///
/// Whose domain does not exist fails. A name server that is out of order, or filters, says it of all, and a whole campaign
/// would fail. So where nearly all of the last mails had nowhere to go, and not to one dead domain alone, it is taken for a
/// fault that a person has to look at, as with ``UnknownWatch``.
final class DomainWatch: Sendable {
    private struct State {
        var recent: Deque<(domain: String, isDead: Bool)> = []
        var window = DomainWatch.firstWindow
        var isTripped = false
    }

    /// So many of the last mails are looked at; half as many have to be there.
    static let firstWindow = 50
    /// One domain, or two, may be dead and have many recipients in a row.
    static let leastDomains = 3

    private let state = Mutex(State())

    /// Somebody has looked and let it go on: more patience than before.
    func begin() {
        state.withLock { state in
            guard state.isTripped else { return }
            state.recent.removeAll()
            state.isTripped = false
        }
    }

    /// - Returns: how many of the last mails had nowhere to go, once that is not to be believed.
    func note(_ domain: String, isDead: Bool) -> (dead: Int, of: Int)? {
        state.withLock { state in
            state.recent.append((domain, isDead))
            if state.recent.count > state.window { state.recent.removeFirst() }
            guard isDead, state.recent.count * 2 >= state.window else { return nil }
            let dead = state.recent.filter(\.isDead)
            guard dead.count * UnknownWatch.share.of >= state.recent.count * UnknownWatch.share.at,
                Set(dead.map(\.domain)).count >= Self.leastDomains
            else { return nil }
            state.isTripped = true
            // Where the domains really are dead, a person who says so is asked less and less often.
            state.window *= 4
            return (dead.count, state.recent.count)
        }
    }
}
