internal import Campaigns

/// What a transaction moves between states, added up, so that each counter is written once.
struct TallyChanges {
    private struct Key: Hashable {
        var account: Account.ID
        var campaign: Campaign.ID
        var state: MessageState
    }

    private var deltas: [Key: Int] = [:]

    mutating func move(
        _ messages: Int, _ account: Account.ID, _ campaign: Campaign.ID, from: MessageState, to: MessageState
    ) {
        add(-messages, account, campaign, in: from)
        add(messages, account, campaign, in: to)
    }

    /// What is new, or, below zero, gone.
    mutating func add(_ messages: Int, _ account: Account.ID, _ campaign: Campaign.ID, in state: MessageState) {
        guard messages != 0 else { return }
        deltas[Key(account: account, campaign: campaign, state: state), default: 0] += messages
    }

    /// Always in the same order: two nodes that write the same counters wait for one another, and not each for the other.
    var all: [(account: Account.ID, campaign: Campaign.ID, state: MessageState, delta: Int)] {
        deltas.filter { $0.value != 0 }.map { ($0.key.account, $0.key.campaign, $0.key.state, $0.value) }
            .sorted { ($0.campaign, $0.state.rawValue) < ($1.campaign, $1.state.rawValue) }
    }

    /// The campaigns in which something may have ended.
    var campaigns: Set<Campaign.ID> { Set(deltas.keys.lazy.filter { $0.state.isFinal }.map(\.campaign)) }
}

extension Transaction {
    /// Writes the counters, all of them with one statement, and marks what is thereby finished.
    ///
    /// - Parameter open: campaigns of which something is known to be under way: they need not be looked at.
    func apply(_ changes: TallyChanges, open: Set<Campaign.ID> = []) throws {
        var rest = changes.all[...]
        while !rest.isEmpty {
            let rows = rest.prefix(Self.mostTallies).map { change in
                "(\(change.account), \(change.campaign), \(change.state), \(change.delta))" as SQL
            }
            rest = rest.dropFirst(rows.count)
            try runLater(
                """
                INSERT INTO campaign_tally (account_id, campaign_id, state, messages) VALUES \(rows.joined(separator: ", "))
                ON CONFLICT (account_id, campaign_id, state) DO UPDATE
                    SET messages = campaign_tally.messages + excluded.messages
                """)
        }
        try finishIfDone(changes.campaigns.subtracting(open))
    }

    private static var mostTallies: Int { 50 }
}
