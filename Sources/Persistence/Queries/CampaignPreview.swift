public import Campaigns
internal import DKIM

/// Whom else a preview can show: the one before and the one behind in the same audience.
public struct PreviewNeighbours: Sendable, Hashable {
    public var previous: Recipient.ID?
    public var next: Recipient.ID?

    public init(previous: Recipient.ID? = nil, next: Recipient.ID? = nil) {
        self.previous = previous
        self.next = next
    }
}

extension AccountScope {
    /// Beside a recipient among those that match, in the order in which they were added.
    public func neighbours(of recipient: Recipient.ID, in filter: AudienceFilter) throws -> PreviewNeighbours {
        let condition = filter.condition(dialect: transaction.dialect)
        return PreviewNeighbours(
            previous: try transaction.first(
                """
                SELECT r.id FROM recipient r WHERE r.account_id = \(id) AND r.id < \(recipient) AND \(condition)
                ORDER BY r.id DESC LIMIT 1
                """
            ) { try $0.id(0) },
            next: try transaction.first(
                """
                SELECT r.id FROM recipient r WHERE r.account_id = \(id) AND r.id > \(recipient) AND \(condition)
                ORDER BY r.id LIMIT 1
                """
            ) { try $0.id(0) })
    }

    /// A campaign's message for a recipient, who may be gone.
    public func message(
        of campaign: Campaign.ID, for recipient: Recipient.ID
    ) throws -> (id: Message.ID, email: String)? {
        try transaction.first(
            """
            SELECT id, email FROM message
            WHERE account_id = \(id) AND campaign_id = \(campaign) AND recipient_id = \(recipient)
            """
        ) { (id: try $0.id(0), email: try $0.string(1)) }
    }

    /// The first recipient of a campaign that has begun.
    public func firstRecipient(of campaign: Campaign.ID) throws -> Recipient.ID? {
        try transaction.first(
            """
            SELECT recipient_id FROM message WHERE account_id = \(id) AND campaign_id = \(campaign)
            ORDER BY recipient_id LIMIT 1
            """
        ) { try $0.id(0) }
    }

    /// Beside a recipient among those that a campaign has messages for.
    public func neighbours(of recipient: Recipient.ID, in campaign: Campaign.ID) throws -> PreviewNeighbours {
        PreviewNeighbours(
            previous: try transaction.first(
                """
                SELECT recipient_id FROM message
                WHERE account_id = \(id) AND campaign_id = \(campaign) AND recipient_id < \(recipient)
                ORDER BY recipient_id DESC LIMIT 1
                """
            ) { try $0.id(0) },
            next: try transaction.first(
                """
                SELECT recipient_id FROM message
                WHERE account_id = \(id) AND campaign_id = \(campaign) AND recipient_id > \(recipient)
                ORDER BY recipient_id LIMIT 1
                """
            ) { try $0.id(0) })
    }

    /// The keys that sign what a domain sends now, in a fixed order.
    public func signingKeys(ofDomain domain: String) throws -> [SigningKeyRecord] {
        try transaction.rows(
            """
            SELECT \(SigningKeyRecord.columns) FROM dkim_key k
            WHERE k.account_id = \(id) AND k.domain = \(domain) AND k.state = 'signing' ORDER BY k.id
            """, SigningKeyRecord.init)
    }

    /// Takes one message's room from a sender, for a mail that is in no ledger. It counts from now on, and a little longer
    /// than a message does: it is taken before it is sent.
    /// - Returns: false where the limits leave none.
    public func takeRoom(of sender: Sender.ID) throws -> Bool {
        let locked = try transaction.first(
            """
            SELECT \(SenderRecord.columns) FROM sender WHERE account_id = \(id) AND id = \(sender)
            \(transaction.dialect.lockingRows)
            """, SenderRecord.init)
        guard let locked, try transaction.room(of: locked) > 0 else { return false }
        let second = try transaction.now.rawValue / 1_000_000 + 60
        try transaction.run(
            """
            INSERT INTO sender_usage (account_id, sender_id, second, messages) VALUES (\(id), \(sender), \(second), 1)
            ON CONFLICT (account_id, sender_id, second) DO UPDATE
                SET messages = sender_usage.messages + excluded.messages
            """)
        return true
    }

    /// Lets a draft start at the time that was written down with it.
    /// - Returns: false where that time has passed, or the campaign has begun.
    public func scheduleCampaign(_ campaign: Campaign.ID) throws -> Bool {
        let now = try transaction.now
        return try transaction.run(
            """
            UPDATE campaign SET state = 'scheduled', updated_at = \(now)
            WHERE account_id = \(id) AND id = \(campaign) AND state IN ('draft', 'scheduled') AND scheduled_at > \(now)
            """) > 0
    }
}
