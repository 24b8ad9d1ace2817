import Campaigns
import Persistence
import Synchronization
import Vault

/// Where counted links lead: kept in memory for contents that were followed lately, so that a known campaign's link is
/// answered without the database. The values of a link with merge tags are read once for each message.
final class LinkTargets: Sendable {
    /// How much is kept at most.
    struct Limits: Sendable {
        /// Octets of the addresses, for all contents.
        var octets = 16 << 20
        var contents = 10_000
        /// Messages whose values are kept.
        var messages = 20_000
    }

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
        var contents: RecentlyUsed<ContentKey, [Int64: LinkTarget]>
        var values: RecentlyUsed<MessageKey, String>
        /// The content up to which all were read that began since the process started.
        var learntTo: Content.ID?
        /// The campaign down to which all were read; nil once there are no older ones, or no room for them.
        var learntFrom: Campaign.ID? = Campaign.ID(rawValue: .max)

        init(_ limits: Limits) {
            contents = RecentlyUsed(count: limits.contents, octets: limits.octets)
            values = RecentlyUsed(count: limits.messages)
        }
    }

    private let database: any Database
    /// Contents, or campaigns, that are read at once.
    private let group: Int
    private let state: Mutex<State>

    init(database: any Database, group: Int = 200, limits: Limits = Limits()) {
        self.database = database
        self.group = group
        state = Mutex(State(limits))
    }

    /// Where a link leads, as far as memory tells; `nil` when the database has to be asked.
    func known(_ numbers: ClickNumbers) -> String? {
        let content = ContentKey(account: numbers.account, content: numbers.content)
        let message = MessageKey(account: numbers.account, message: numbers.message)
        let found = state.withLock { state -> (LinkTarget, String)? in
            guard let target = state.contents.value(of: content)?[numbers.link] else { return nil }
            if target.isConstant { return (target, "") }
            return state.values.value(of: message).map { (target, $0) }
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

    /// Reads where the links of campaigns lead before anybody follows them: of each one that began since the last call, and
    /// from call to call of older ones, the newest first, as many as a part of the memory is enough for. So the first click of a
    /// campaign need not wait for the database either.
    ///
    /// A content whose transaction ends after that of a later one may be missed, and is read when it is asked for.
    func learn() async throws {
        try await learnNew()
        try await learnOlder()
    }

    private func learnNew() async throws {
        guard let last = state.withLock({ $0.learntTo }) else {
            let newest = try await database.read { tx in try tx.newestContent() }
            return state.withLock { $0.learntTo = newest }
        }
        let new = try await database.read { [group] tx in try tx.countedLinks(after: last, limit: group) }
        guard let newest = new.last else { return }
        keep(new)
        state.withLock { $0.learntTo = newest.content }
    }

    private func learnOlder() async throws {
        guard let last = state.withLock({ $0.learntFrom }) else { return }
        let (links, oldest) = try await database.read { [group] tx in
            try tx.countedLinks(ofCampaignsBefore: last, limit: group)
        }
        keep(links)
        // The other half is for what begins, or is asked for, later.
        state.withLock { $0.learntFrom = $0.contents.isHalfFull ? nil : oldest }
    }

    private func keep(_ contents: [CountedLinks]) {
        for content in contents where !content.links.isEmpty {
            keep(content.links, of: ContentKey(account: content.account.rawValue, content: content.content.rawValue))
        }
    }

    private func targets(_ numbers: ClickNumbers) async throws -> [Int64: LinkTarget] {
        let key = ContentKey(account: numbers.account, content: numbers.content)
        if let known = state.withLock({ $0.contents.value(of: key) }) { return known }
        let links = try await database.read { tx in
            try tx.account(Account.ID(rawValue: numbers.account)).links(of: Content.ID(rawValue: numbers.content))
        }
        return keep(links, of: key)
    }

    @discardableResult
    private func keep(_ links: [(number: Int64, url: String)], of key: ContentKey) -> [Int64: LinkTarget] {
        let targets = Dictionary(links.map { ($0.number, LinkTarget($0.url)) }, uniquingKeysWith: { first, _ in first })
        // What is made of an address takes a few times its octets.
        let octets = links.reduce(64) { $0 + $1.url.utf8.count * 4 + 128 }
        state.withLock { $0.contents.keep(targets, octets: octets, of: key) }
        return targets
    }

    private func values(_ numbers: ClickNumbers) async throws -> String? {
        let key = MessageKey(account: numbers.account, message: numbers.message)
        if let known = state.withLock({ $0.values.value(of: key) }) { return known }
        let values = try await database.read { tx in
            try tx.account(Account.ID(rawValue: numbers.account)).mergeValues(of: Message.ID(rawValue: numbers.message))
        }
        guard let values else { return nil }
        state.withLock { $0.values.keep(values, of: key) }
        return values
    }
}
