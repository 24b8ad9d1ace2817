public import Campaigns

/// What a person decides about a message of which nobody knows whether it arrived, or that was set aside.
public enum Settlement: String, Sendable, CaseIterable {
    /// The person knows that it arrived, or does not want to risk a second copy.
    case delivered
    /// The same mail again, to the byte; the recipient may get it twice.
    case again
}

extension AccountScope {
    /// Settles one message, or all of the campaign in that state. Only `unknown` and `quarantined` can be settled, and
    /// nothing of a cancelled campaign, or to an address that gets nothing any more, is sent again. Each decision is an entry of
    /// the log.
    ///
    /// - Parameters:
    ///   - expiry: how long messages that are sent again are tried.
    ///   - who: the name of the person, for the log.
    /// - Returns: how many were settled.
    public func settle(
        _ state: MessageState, of campaign: Campaign.ID, only message: Message.ID? = nil, as settlement: Settlement,
        by who: String, expiry: Duration
    ) throws -> Int {
        guard state == .unknown || state == .quarantined else { return 0 }
        // Of two people who decide at once the second one finds nothing left to decide. Before the messages (docs/decisions/0039).
        _ = try transaction.first(
            "SELECT 1 FROM campaign WHERE account_id = \(id) AND id = \(campaign) \(transaction.dialect.lockingRows)"
        ) { _ in true }
        let isOpen = try settlement == .delivered || reopen(campaign, expiry: expiry)
        guard isOpen else { return 0 }
        let condition: SQL = """
            account_id = \(id) AND campaign_id = \(campaign) AND state = \(state)
                AND \(MessageState.isInTrouble)
                \(message.map { "AND id = \($0)" as SQL } ?? "")
            """
        let settled = try settlement == .again ? sendAgain(condition, by: who) : takeAsDelivered(condition, by: who)
        var changes = TallyChanges()
        changes.move(settled, id, campaign, from: state, to: settlement == .again ? .ready : .delivered)
        try transaction.apply(changes)
        // Nothing was to be settled after all: the campaign may be as finished as it was.
        try transaction.finishIfDone([campaign])
        return settled
    }

    private func takeAsDelivered(_ condition: SQL, by who: String) throws -> Int {
        let now = try transaction.now
        try log(condition, .delivered, by: who, at: now)
        return try transaction.run(
            "UPDATE message SET state = 'delivered', ended_at = \(now), reason = '', epoch = NULL WHERE \(condition)")
    }

    /// In pieces, in the order of the index of messages in trouble: a million of them are no more at a time than some.
    private func sendAgain(_ condition: SQL, by who: String) throws -> Int {
        let now = try transaction.now
        var (last, settled) = (Recipient.ID(rawValue: 0), 0)
        while true {
            // Held first: whoever unsubscribes at this moment is waited for.
            let messages = try transaction.rows(
                """
                SELECT id, email, recipient_id FROM message WHERE \(condition) AND recipient_id > \(last)
                ORDER BY recipient_id LIMIT \(Self.piece) \(transaction.dialect.lockingRows)
                """
            ) {
                (
                    id: try $0.id(0, as: Message.ID.self), email: try $0.string(1),
                    recipient: try $0.id(2, as: Recipient.ID.self)
                )
            }
            guard let end = messages.last?.recipient else { return settled }
            last = end
            let suppressed = try self.suppressed(messages.map { ($0.id, $0.email) })
            let wanted = messages.lazy.map(\.id).filter { suppressed[$0] == nil }.map(\.rawValue)
            let piece: SQL = "\(condition) AND \(transaction.dialect.among("id", wanted))"
            try log(piece, .again, by: who, at: now)
            settled += try transaction.run(
                """
                UPDATE message SET state = 'ready', next_at = \(DueTime.atOnce), ended_at = NULL, reason = '', epoch = NULL,
                    crashes = 0
                WHERE \(piece)
                """)
        }
    }

    private static var piece: Int { 1000 }

    /// A finished campaign is under way again, and all have the whole time for their retries.
    /// - Returns: whether the campaign may send at all.
    private func reopen(_ campaign: Campaign.ID, expiry: Duration) throws -> Bool {
        let now = try transaction.now
        return try transaction.run(
            """
            UPDATE campaign SET state = CASE state WHEN 'finished' THEN 'sending' ELSE state END,
                finished_at = CASE state WHEN 'finished' THEN NULL ELSE finished_at END,
                expires_at = CASE WHEN expires_at < \(now + expiry) THEN \(now + expiry) ELSE expires_at END,
                updated_at = \(now)
            WHERE account_id = \(id) AND id = \(campaign) AND state IN ('planning', 'sending', 'paused', 'finished')
            """) > 0
    }

    private func log(_ condition: SQL, _ settlement: Settlement, by who: String, at now: Instant) throws {
        let (outcome, reply) =
            switch settlement {
            case .delivered: ("delivered", "\(who) marked this mail as delivered.")
            case .again: ("deferred", "\(who) had this mail sent again.")
            }
        try transaction.run(
            """
            INSERT INTO attempt (account_id, campaign_id, message_id, at, outcome, reply, step, email)
            SELECT account_id, campaign_id, id, \(now), \(outcome), \(reply), 'person', email FROM message WHERE \(condition)
            """)
    }
}
