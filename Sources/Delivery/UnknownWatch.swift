internal import DequeModule
internal import Synchronization

/// Tells a server that calls everybody unknown from a list with some dead addresses.
///
/// Whom a server calls unknown fails and is suppressed. A directory that is out of order, or a relay with a wrong setting,
/// says it of all, and would burn a whole list. So where nearly all of the last answers say it, it is taken for a fault of
/// the server's, or of the list, that a person has to look at (`docs/decisions/0012-what-a-refusal-means.md`).
final class UnknownWatch: Sendable {
    private struct State {
        /// Of the last answers, whether each said that there is no such address.
        var recent: Deque<Bool> = []
        var unknown = 0
        var window = UnknownWatch.firstWindow
        var isTripped = false

        mutating func forget() {
            recent.removeAll(keepingCapacity: true)
            unknown = 0
            isTripped = false
        }

        mutating func note(_ isUnknown: Bool) {
            recent.append(isUnknown)
            if isUnknown { unknown += 1 }
            if recent.count > window, recent.removeFirst() { unknown -= 1 }
        }

        var isTooMuch: Bool {
            recent.count * 2 >= window && unknown * UnknownWatch.share.of >= recent.count * UnknownWatch.share.at
        }
    }

    /// So many of the last answers are looked at; half as many have to be there.
    static let firstWindow = 50
    /// Four of five: not the worst list that anybody mails to has as many, and a server out of order has all.
    static let share = (at: 4, of: 5)

    private let state = Mutex(State())

    /// Somebody has looked and let it go on: more patience than before.
    func begin() {
        state.withLock { state in
            if state.isTripped { state.forget() }
        }
    }

    /// - Returns: the answer, or, where it is not to be believed, one that fails nobody.
    func judge(_ result: AttemptResult, of who: String) -> AttemptResult {
        guard result.saysAddressIsUnknown || result.verdict == .delivered else { return result }
        let counts: (unknown: Int, all: Int)? = state.withLock { state in
            if !result.saysAddressIsUnknown, state.isTripped { state.forget() }
            state.note(result.saysAddressIsUnknown)
            guard result.saysAddressIsUnknown, state.isTripped || state.isTooMuch else { return nil }
            if !state.isTripped {
                state.isTripped = true
                // Where the addresses really are dead, a person who says so is asked less and less often.
                state.window *= 4
            }
            return (state.unknown, state.recent.count)
        }
        guard let counts else { return result }
        var doubted = result
        doubted.verdict = .senderFault
        doubted.saysAddressIsUnknown = false
        doubted.sentence = """
            \(who) called \(counts.unknown) of the last \(counts.all) addresses unknown. Either something is wrong there, or these addresses are very old, and going on would harm your name. Those that were refused are on the suppression list as “No such address”, from where they can be taken off together; the others were not touched. Ask the operator of that server, or let sending go on if there really are no such addresses. The last answer: \(result.reply)
            """
        return doubted
    }
}
