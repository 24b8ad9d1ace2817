public import Campaigns

/// A message as a list shows it.
public struct MessageSummary: Sendable, Hashable {
    public var id: Message.ID
    public var recipientID: Recipient.ID
    public var email: String
    /// The recipient's fields as they were when the campaign started.
    public var fields: RecipientFields
    public var state: MessageState
    public var attempts: Int
    /// When it is tried next; means something for `ready` only.
    public var nextAt: Instant
    public var endedAt: Instant?
    /// The server's last answer, or why nothing was sent.
    public var reason: String
}

extension AccountScope {
    /// When the first and the last of a campaign's messages that wait may be tried; nil where none waits.
    public func tries(of campaign: Campaign.ID) throws -> ClosedRange<Instant>? {
        func end(_ order: SQL) throws -> Instant? {
            try transaction.first(
                """
                SELECT next_at FROM message WHERE account_id = \(id) AND campaign_id = \(campaign) AND state = 'ready'
                ORDER BY next_at \(order), id \(order) LIMIT 1
                """
            ) { try $0.instant(0) }
        }
        guard let first = try end("ASC"), let last = try end("DESC") else { return nil }
        return first...max(first, last)
    }

    /// How many of a campaign's messages wait for a later moment than `now`; not counted further than `most`.
    public func messagesPutOff(of campaign: Campaign.ID, after now: Instant, most: Int) throws -> Int {
        try transaction.count(
            """
            SELECT COUNT(*) FROM (
                SELECT 1 FROM message
                WHERE account_id = \(id) AND campaign_id = \(campaign) AND state = 'ready' AND next_at > \(now)
                LIMIT \(most)) AS put_off
            """)
    }

    /// Messages of a campaign in the order of recipients, behind `after`, `limit` of them; those that wait in the order in
    /// which they were planned, which is the same.
    ///
    /// - Parameter email: part of the address, for finding one recipient.
    public func messages(
        of campaign: Campaign.ID, state: MessageState? = nil, after: Recipient.ID? = nil, limit: Int, email: String = ""
    ) throws -> [MessageSummary] {
        let ids: [Int64]
        if !email.isEmpty {
            ids = try messageIDs(of: campaign, in: state, after: after, limit: limit, containing: email)
        } else if state == .delivered, after == nil {
            // While little is delivered nobody looks for more among all that waits.
            let most = min(limit, try tally(campaign)[.delivered])
            ids = most > 0 ? try messageIDs(of: campaign, in: state, after: nil, limit: most) : []
        } else {
            ids = try messageIDs(of: campaign, in: state, after: after, limit: limit)
        }
        return try transaction.rows(inOrderOf: ids) { ids in
            """
            SELECT m.id, m.recipient_id, m.email, m.merge, m.state, m.attempts, m.next_at, m.ended_at, m.reason
            FROM message m WHERE m.account_id = \(id) AND m.id IN (\(ids))
            """
        } _: {
            MessageSummary(
                id: try $0.id(0), recipientID: try $0.id(1), email: try $0.string(2),
                fields: RecipientFields(packed: try $0.string(3)), state: try $0.value(4), attempts: try $0.int(5),
                nextAt: try $0.instant(6), endedAt: try $0.optionalInstant(7), reason: try $0.string(8))
        }
    }

    /// The first message of a campaign, to show what its mails look like.
    public func firstMessage(of campaign: Campaign.ID) throws -> Message.ID? {
        try transaction.first(
            """
            SELECT id FROM message WHERE account_id = \(id) AND campaign_id = \(campaign) ORDER BY recipient_id LIMIT 1
            """
        ) { try $0.id(0) }
    }

    /// Messages a second over the last minute, of all that this sender sends.
    public func recentRate(of sender: Sender.ID) throws -> Double {
        let second = try transaction.now.rawValue / 1_000_000
        let sent = try transaction.count(
            """
            SELECT COALESCE(SUM(messages), 0) FROM sender_usage
            WHERE account_id = \(id) AND sender_id = \(sender) AND second >= \(second - 60)
            """)
        return Double(sent) / 60
    }
}
