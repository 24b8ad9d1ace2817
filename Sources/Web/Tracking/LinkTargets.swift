import Campaigns
import Persistence
import Synchronization
import Vault

/// Where counted links lead: kept in memory for contents that were followed lately, so that a known campaign's link is
/// answered without the database. The values of a link with merge tags are read once for each message.
final class LinkTargets: Sendable {
    /// Octets of the addresses that are kept at most, for all contents.
    static let mostOctets = 16 << 20
    static let mostContents = 10_000
    /// Messages whose values are kept at most.
    static let mostMessages = 20_000

    private struct ContentKey: Hashable {
        var account: Int64
        var content: Int64
    }

    private struct MessageKey: Hashable {
        var account: Int64
        var message: Int64
    }

    private struct State {
        /// Empty for a content that is gone.
        var contents: [ContentKey: [Int64: LinkTarget]] = [:]
        var octets = 0
        var values: [MessageKey: String] = [:]
    }

    private let database: any Database
    private let state = Mutex(State())

    init(database: any Database) { self.database = database }

    /// Where a link leads, as far as memory tells; `nil` when the database has to be asked.
    func known(_ numbers: ClickNumbers) -> String? {
        let content = ContentKey(account: numbers.account, content: numbers.content)
        let message = MessageKey(account: numbers.account, message: numbers.message)
        let found = state.withLock { state -> (LinkTarget, String)? in
            guard let target = state.contents[content]?[numbers.link] else { return nil }
            if target.isConstant { return (target, "") }
            return state.values[message].map { (target, $0) }
        }
        return found.flatMap { target, values in target.address(MergeValues(packed: values)) }
    }

    /// `nil` when the link is gone, or leads nowhere that one may be sent to.
    func address(_ numbers: ClickNumbers) async throws -> String? {
        guard let target = try await targets(numbers)[numbers.link] else { return nil }
        if target.isConstant { return target.address(MergeValues(packed: "")) }
        guard let values = try await values(numbers) else { return nil }
        return target.address(MergeValues(packed: values))
    }

    private func targets(_ numbers: ClickNumbers) async throws -> [Int64: LinkTarget] {
        let key = ContentKey(account: numbers.account, content: numbers.content)
        if let known = state.withLock({ $0.contents[key] }) { return known }
        let links = try await database.read { tx in
            try tx.account(Account.ID(rawValue: numbers.account)).links(of: Content.ID(rawValue: numbers.content))
        }
        let targets = Dictionary(links.map { ($0.number, LinkTarget($0.url)) }, uniquingKeysWith: { first, _ in first })
        // What is made of an address takes a few times its octets.
        let octets = links.reduce(64) { $0 + $1.url.utf8.count * 4 + 128 }
        state.withLock { state in
            if state.octets + octets > Self.mostOctets || state.contents.count >= Self.mostContents {
                state.contents.removeAll()
                state.octets = 0
            }
            state.contents[key] = targets
            state.octets += octets
        }
        return targets
    }

    private func values(_ numbers: ClickNumbers) async throws -> String? {
        let key = MessageKey(account: numbers.account, message: numbers.message)
        if let known = state.withLock({ $0.values[key] }) { return known }
        let values = try await database.read { tx in
            try tx.account(Account.ID(rawValue: numbers.account)).mergeValues(of: Message.ID(rawValue: numbers.message))
        }
        guard let values else { return nil }
        state.withLock { state in
            if state.values.count >= Self.mostMessages { state.values.removeAll() }
            state.values[key] = values
        }
        return values
    }
}
