internal import Campaigns
internal import Foundation
internal import Synchronization

/// What this node knows of receiving systems, for all its senders together: how many connections each one takes, which
/// ones are left alone for a while, and whose turn it is.
///
/// A receiver sees our address, not our senders: so its limits are counted over all of them.
final class SiteBook: Sendable {
    struct Rest: Sendable {
        var until: ContinuousClock.Instant
        var length: Duration
        /// For people.
        var reason: String
    }

    private struct Site {
        var budget = ConnectionBudget(ceiling: SiteBook.mostConnections)
        var joined = 0
        var rest: Rest?
        /// Connections in a row that broke off under a message, without an answer to any.
        var broken = 0
        /// Senders that wait for a connection, in turn, and when each asked last.
        var waiting: [(sender: Sender.ID, asked: ContinuousClock.Instant)] = []

        /// Who asks no longer has nothing for this site any more.
        mutating func forgetOldWishes(at now: ContinuousClock.Instant) {
            waiting.removeAll { now - $0.asked > SiteBook.wishLifetime }
        }

        mutating func noteWish(of sender: Sender.ID, at now: ContinuousClock.Instant) {
            if let index = waiting.firstIndex(where: { $0.sender == sender }) {
                waiting[index].asked = now
            } else {
                waiting.append((sender, now))
            }
        }
    }

    private struct State {
        var sites: [String: Site] = [:]
        var joined = 0
        /// Addresses that could not be had a moment ago: others come first.
        var troubled: [String: ContinuousClock.Instant] = [:]
        var bells: [Sender.ID: @Sendable () -> Void] = [:]
    }

    private let limit: Int
    private let rests: SiteRests
    private let state = Mutex(State())

    /// As many as a sender may want for one site.
    static let mostConnections = 50
    private static let mostKnown = 50_000
    private static let patience = Duration.seconds(60)
    /// Lanes look every second.
    private static let wishLifetime = Duration.seconds(5)

    init(limit: Int, rests: SiteRests) {
        self.limit = limit
        self.rests = rests
    }

    // MARK: Senders

    /// - Parameter bell: is rung when it may be the sender's turn somewhere.
    func register(_ sender: Sender.ID, bell: @escaping @Sendable () -> Void) {
        state.withLock { $0.bells[sender] = bell }
    }

    func forget(_ sender: Sender.ID) {
        let bells = state.withLock { state in
            state.bells[sender] = nil
            var bells: [@Sendable () -> Void] = []
            for (name, site) in state.sites where site.waiting.contains(where: { $0.sender == sender }) {
                state.sites[name]?.waiting.removeAll { $0.sender == sender }
                if let next = state.sites[name]?.waiting.first?.sender, let bell = state.bells[next] {
                    bells.append(bell)
                }
            }
            return bells
        }
        for bell in bells { bell() }
    }

    // MARK: Connections

    /// Takes the room for one connection, if there is some and it is the sender's turn; else the sender waits for its turn.
    /// - Parameter most: as many as the sender wants at one site.
    func join(_ name: String, by sender: Sender.ID, most: Int) -> Bool {
        state.withLock { state in
            if state.sites.count >= Self.mostKnown {
                let now = ContinuousClock.now
                state.sites = state.sites.filter { _, site in
                    site.joined > 0 || !site.waiting.isEmpty || site.rest.map { $0.until > now } ?? false
                }
            }
            var site = state.sites[name] ?? Site()
            defer { state.sites[name] = site }
            let now = ContinuousClock.now
            site.forgetOldWishes(at: now)
            let hasRoom = site.joined < min(most, site.budget.limit) && state.joined < limit
            guard hasRoom, site.waiting.first.map({ $0.sender == sender }) ?? true else {
                site.noteWish(of: sender, at: now)
                return false
            }
            site.waiting.removeAll { $0.sender == sender }
            site.joined += 1
            state.joined += 1
            return true
        }
    }

    func leave(_ name: String) {
        let bell: (@Sendable () -> Void)? = state.withLock { state in
            state.joined -= 1
            state.sites[name]?.joined -= 1
            return state.sites[name]?.waiting.first.flatMap { state.bells[$0.sender] }
        }
        bell?()
    }

    /// Whether another connection might be had.
    func hasRoom(_ name: String, most: Int) -> Bool {
        state.withLock { state in
            guard let site = state.sites[name] else { return true }
            return site.joined < min(most, site.budget.limit) && state.joined < limit
        }
    }

    /// It took or refused a message: it is there, and there may be room for one connection more.
    func answered(_ name: String) {
        state.withLock { state in
            guard var site = state.sites[name] else { return }
            site.rest = nil
            site.broken = 0
            if !site.budget.isAtCeiling { site.budget.answered(at: .now) }
            state.sites[name] = site
        }
    }

    /// A connection broke off under a message that had begun, and nobody knows what became of it.
    /// - Returns: whether that happened so often in a row that more would only become unknown, too.
    func brokeOff(_ name: String) -> Bool {
        state.withLock { state in
            guard var site = state.sites[name] else { return false }
            site.broken += 1
            state.sites[name] = site
            return site.broken >= Crew.mostBroken
        }
    }

    /// It refused a connection, or wants less.
    /// - Returns: whether other connections to it are there.
    func refused(_ name: String, isLimit: Bool) -> Bool {
        state.withLock { state in
            guard var site = state.sites[name] else { return false }
            let others = site.joined - 1
            if isLimit || others > 0 { site.budget.refused(open: others, at: .now) }
            state.sites[name] = site
            return others > 0
        }
    }

    // MARK: Rests

    enum Cause { case limited, unreachable, refusing }

    /// Leaves it alone for a while.
    func rest(_ name: String, _ cause: Cause, because reason: String) -> Rest {
        let range =
            switch cause {
            case .limited: rests.limited
            case .unreachable: rests.unreachable
            case .refusing: rests.refusing
            }
        return state.withLock { state in
            var site = state.sites[name] ?? Site()
            // Several connections may fail for the same reason at once: that is one lesson.
            if let rest = site.rest, rest.until > .now { return rest }
            let length =
                site.rest.map { min(max($0.length * 2, range.lowerBound), range.upperBound) } ?? range.lowerBound
            let rest = Rest(until: .now + length, length: length, reason: reason)
            site.rest = rest
            state.sites[name] = site
            return rest
        }
    }

    func resting(_ name: String) -> Rest? {
        state.withLock { state in state.sites[name]?.rest.flatMap { $0.until > .now ? $0 : nil } }
    }

    // MARK: Addresses

    func failed(_ place: String) {
        state.withLock { state in
            if state.troubled.count >= Self.mostKnown { state.troubled = [:] }
            state.troubled[place] = .now + Self.patience
        }
    }

    func isTroubled(_ place: String) -> Bool {
        state.withLock { $0.troubled[place].map { $0 > .now } ?? false }
    }
}
