import Campaigns
import Persistence
import Synchronization
import Vault

/// Where a counted link leads, as far as memory tells.
enum LinkKnowledge: Equatable {
    case leads(to: String)
    /// The link, its content or its mail is gone, or it leads nowhere that one may be sent to.
    case nowhere
    /// The database knows.
    case unknown
}

/// Where counted links lead: kept in memory for contents that are new or were followed lately, with the values of messages
/// whose links have merge tags. Nobody who follows a link waits for the database: what is not known is asked for
/// (``ask(_:)``), and read by ``TrackingService`` while the reader's browser comes again.
final class LinkTargets: Sendable {
    /// How much is kept at most.
    struct Limits: Sendable {
        /// Octets of the addresses, for all contents.
        var octets = 16 << 20
        var contents = 10_000
        /// Messages whose values are kept.
        var messages = 20_000
        /// Links that are asked for and not yet looked at.
        var questions = 10_000
    }

    private struct ContentKey: Hashable {
        var scope: Account.ID
        var id: Content.ID

        init(_ numbers: ClickNumbers) {
            scope = Account.ID(rawValue: numbers.account)
            id = Content.ID(rawValue: numbers.content)
        }

        init(_ links: CountedLinks) {
            scope = links.account
            id = links.content
        }
    }

    private struct MessageKey: Hashable {
        var scope: Account.ID
        var id: Message.ID

        init(_ numbers: ClickNumbers) {
            scope = Account.ID(rawValue: numbers.account)
            id = Message.ID(rawValue: numbers.message)
        }
    }

    private enum Found {
        case link(LinkTarget, values: String)
        case nowhere
        case unknown

        var isUnknown: Bool { if case .unknown = self { true } else { false } }
    }

    private struct State {
        /// Empty for a content that is gone.
        var contents: RecentlyUsed<ContentKey, [Int64: LinkTarget]>
        /// `nil` for a message that is gone.
        var values: RecentlyUsed<MessageKey, String?>
        var questions: Set<ClickNumbers> = []
        /// The content up to which all were read that began since the process started.
        var learntTo: Content.ID?
        /// The campaign down to which all were read; nil once there are no older ones, or no room for them.
        var learntFrom: Campaign.ID? = Campaign.ID(rawValue: .max)

        init(_ limits: Limits) {
            contents = RecentlyUsed(count: limits.contents, octets: limits.octets)
            values = RecentlyUsed(count: limits.messages)
        }

        mutating func found(_ numbers: ClickNumbers) -> Found {
            guard let links = contents.value(of: ContentKey(numbers)) else { return .unknown }
            guard let target = links[numbers.link] else { return .nowhere }
            if target.isConstant { return .link(target, values: "") }
            guard let known = values.value(of: MessageKey(numbers)) else { return .unknown }
            return known.map { .link(target, values: $0) } ?? .nowhere
        }
    }

    private let database: any Database
    /// Contents, or campaigns, that are read at once.
    private let group: Int
    private let limits: Limits
    private let state: Mutex<State>
    /// Rings when something is asked for. For one listener.
    let questions: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    init(database: any Database, group: Int = 200, limits: Limits = Limits()) {
        self.database = database
        self.group = group
        self.limits = limits
        state = Mutex(State(limits))
        (questions, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    func known(_ numbers: ClickNumbers) -> LinkKnowledge {
        let found = state.withLock { $0.found(numbers) }
        switch found {
        case .link(let target, let values):
            return target.address(MergeValues(packed: values)).map(LinkKnowledge.leads) ?? .nowhere
        case .nowhere: return .nowhere
        case .unknown: return .unknown
        }
    }

    /// Returns at once. What exceeds ``Limits/questions`` is not noted: its reader's browser asks again.
    func ask(_ numbers: ClickNumbers) {
        let isNoted = state.withLock { state in
            guard state.questions.count < limits.questions else { return false }
            return state.questions.insert(numbers).inserted
        }
        if isNoted { bell.yield() }
    }

    /// Reads what was asked for, a group of it at once. What could not be read is forgotten: whoever still wants to know asks
    /// again.
    func answer() async throws {
        while true {
            let asked = state.withLock { state in
                let questions = Array(state.questions.prefix(group))
                state.questions.subtract(questions)
                return questions
            }
            if asked.isEmpty { return }
            let unknown = state.withLock { state in asked.filter { state.found($0).isUnknown } }
            if !unknown.isEmpty { try await answer(unknown) }
        }
    }

    private func answer(_ asked: [ClickNumbers]) async throws {
        let (links, values) = try await database.read { tx in
            let contents = Set(asked.map(ContentKey.init)), messages = Set(asked.map(MessageKey.init))
            return (
                try contents.map { ($0, try tx.account($0.scope).links(of: $0.id)) },
                try messages.map { ($0, try tx.account($0.scope).mergeValues(of: $0.id)) }
            )
        }
        for (content, links) in links { keep(links, of: content) }
        state.withLock { state in
            for (message, values) in values { state.values.keep(values, of: message) }
        }
    }

    /// Reads where the links of campaigns lead before anybody follows them: of each one that began since the last call, and
    /// from call to call of older ones, the newest first, as many as a part of the memory is enough for. So the first click of a
    /// campaign leads on at once as well.
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
            keep(content.links, of: ContentKey(content))
        }
    }

    private func keep(_ links: [(number: Int64, url: String)], of key: ContentKey) {
        let targets = Dictionary(links.map { ($0.number, LinkTarget($0.url)) }, uniquingKeysWith: { first, _ in first })
        // What is made of an address takes a few times its octets.
        let octets = links.reduce(64) { $0 + $1.url.utf8.count * 4 + 128 }
        state.withLock { $0.contents.keep(targets, octets: octets, of: key) }
    }
}
