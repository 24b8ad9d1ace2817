internal import Synchronization

/// What the sites that a lane spoke to think of us. One stranger's server cannot stop a sender by calling it names; many
/// can, because then it is true.
final class Standing: Sendable {
    private struct State {
        /// What each one said that refuses us.
        var refusing: [String: String] = [:]
        var unreachable: [String: String] = [:]
        var good: Set<String> = []
        var watches: [String: UnknownWatch] = [:]
    }

    /// So many have to say the same.
    static let enough = 3
    /// So many servers of different sites that nobody can reach are no accident.
    static let enoughUnreachable = 5

    private let state = Mutex(State())

    /// Of a site that called an address unknown, or, where it begins now, calls one so.
    func watch(of site: String, begins: Bool) -> UnknownWatch? {
        state.withLock { state in
            if begins, state.watches[site] == nil { state.watches[site] = UnknownWatch() }
            return state.watches[site]
        }
    }

    func isGood(_ site: String) { state.withLock { _ = $0.good.insert(site) } }

    /// - Returns: the sentence to pause the sender with, once it is clear that we are the problem.
    func refuses(_ site: String, _ sentence: String) -> String? {
        state.withLock { state in
            state.refusing[site] = sentence
            guard state.refusing.count >= Self.enough, state.refusing.count > state.good.count else { return nil }
            return
                "\(state.refusing.count) receiving systems refuse mail from this server. The last one said: \(sentence)"
        }
    }

    /// - Returns: the reason to rest with, once it is clear that nothing gets out.
    func cannotReach(_ site: String, _ sentence: String, port: Int) -> String? {
        state.withLock { state in
            state.unreachable[site] = sentence
            guard state.good.isEmpty, state.refusing.isEmpty, state.unreachable.count >= Self.enoughUnreachable else {
                return nil
            }
            return
                "No mail server of \(state.unreachable.count) domains can be reached: outgoing connections to port \(port) are probably blocked, as many providers do. The last one: \(sentence)"
        }
    }

    /// What to say of a lane in which nothing went well; nil when something did, or nothing was tried.
    var onlyTrouble: String? {
        state.withLock { state in
            guard state.good.isEmpty else { return nil }
            return state.refusing.values.first
        }
    }
}
