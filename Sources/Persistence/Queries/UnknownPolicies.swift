internal import Campaigns

extension Transaction {
    /// Does with messages that have just become `unknown` what their senders say, and logs it. Those to be held stay as
    /// they are, and so does what was sent again often enough, is expired, is to an address that gets nothing any more, or belongs
    /// to a cancelled campaign.
    ///
    /// Call it after their attempt is in the log, in the same transaction.
    func followPolicy(of messages: [Message.ID], resendAfter pause: Duration, _ changes: inout TallyChanges) throws {
        guard !messages.isEmpty else { return }
        let now = try now
        let undecided = try self.undecided(messages)
        let suppressed = try self.suppressed(undecided.filter { $0.policy == .resend })
        for message in undecided {
            switch message.policy {
            case .hold: continue
            case .assume:
                let reply = "Nobody knows whether it arrived. By the sender's setting it counts as delivered."
                try run(
                    """
                    UPDATE message SET state = 'delivered', ended_at = \(now), reason = \(reply) WHERE id = \(message.id)
                    """)
                changes.move(1, message.account, message.campaign, from: .unknown, to: .delivered)
                try log(message, "delivered", reply, at: now)
            case .resend:
                let next = now + pause
                guard message.mayBeSentAgain, !suppressed.contains(message.id),
                    message.expiresAt.map({ next <= $0 }) ?? true
                else { continue }
                let reply = "Nobody knows whether it arrived. By the sender's setting the same mail is sent again."
                try run(
                    """
                    UPDATE message SET state = 'ready', next_at = \(next), ended_at = NULL, reason = \(reply)
                    WHERE id = \(message.id)
                    """)
                changes.move(1, message.account, message.campaign, from: .unknown, to: .ready)
                try log(message, "deferred", reply, at: now)
            }
        }
    }

    private func undecided(_ messages: [Message.ID]) throws -> [Undecided] {
        try rows(
            """
            SELECT m.id, m.account_id, m.campaign_id, m.email, s.unknown_policy, c.expires_at,
                c.state IN ('planning', 'sending', 'paused') AND \(UnknownPolicy.mostResends) > (
                    SELECT COUNT(*) FROM attempt a WHERE a.message_id = m.id AND a.step = 'policy')
            FROM message m JOIN campaign c ON c.id = m.campaign_id
            JOIN sender s ON s.account_id = c.account_id AND s.id = c.sender_id
            WHERE \(dialect.among("m.id", messages.map(\.rawValue))) AND m.state = 'unknown'
                AND s.unknown_policy <> 'hold'
            """
        ) {
            Undecided(
                id: try $0.id(0), account: try $0.id(1), campaign: try $0.id(2), email: try $0.string(3),
                policy: try $0.value(4), expiresAt: try $0.optionalInstant(5), mayBeSentAgain: try $0.bool(6))
        }
    }

    private func suppressed(_ messages: [Undecided]) throws -> Set<Message.ID> {
        var suppressed: Set<Message.ID> = []
        for (account, messages) in Dictionary(grouping: messages, by: \.account) {
            suppressed.formUnion(try self.account(account).suppressed(messages.map { ($0.id, $0.email) }).keys)
        }
        return suppressed
    }

    private func log(_ message: Undecided, _ outcome: String, _ reply: String, at now: Instant) throws {
        try run(
            """
            INSERT INTO attempt (account_id, campaign_id, message_id, at, outcome, reply, step, email)
            VALUES (\(message.account), \(message.campaign), \(message.id), \(now), \(outcome), \(reply), 'policy',
                \(message.email))
            """)
    }
}

/// A message of which nobody knows whether it arrived, and whose sender does not want to hold it.
private struct Undecided {
    var id: Message.ID
    var account: Account.ID
    var campaign: Campaign.ID
    var email: String
    var policy: UnknownPolicy
    var expiresAt: Instant?
    var mayBeSentAgain: Bool
}
