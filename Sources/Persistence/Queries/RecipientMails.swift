public import Campaigns

/// A message as its recipient's page shows it.
public struct RecipientMail: Sendable, Hashable {
    /// One attempt to deliver it.
    public struct Attempt: Sendable, Hashable {
        public var at: Instant
        /// The raw outcome: delivered, temporary, failed and so on.
        public var outcome: String
        /// What the server said.
        public var reply: String
    }

    public var id: Message.ID
    public var campaign: Campaign.ID
    public var campaignName: String
    public var kind: CampaignRecord.Kind
    /// The address it went to, which may not be the recipient's present one.
    public var email: String
    public var state: MessageState
    public var nextAt: Instant
    public var endedAt: Instant?
    public var reason: String
    /// The oldest first.
    public var attempts: [Attempt] = []
}

extension AccountScope {
    /// What this recipient was sent or will be sent, the newest campaigns first.
    public func mails(of recipient: Recipient.ID, limit: Int) throws -> [RecipientMail] {
        // One look into the unique index of messages for each campaign of the account: there is no other index for this,
        // since it would cost every campaign more than these pages gain.
        var mails = try transaction.rows(
            """
            SELECT m.id, c.id, c.name, m.email, m.state, \(MessageRecord.nextAt), m.ended_at, m.reason, c.kind
            FROM campaign c JOIN message m ON m.campaign_id = c.id AND m.recipient_id = \(recipient)
            WHERE c.account_id = \(id) AND m.account_id = \(id) ORDER BY c.id DESC LIMIT \(limit)
            """
        ) {
            RecipientMail(
                id: try $0.id(0), campaign: try $0.id(1), campaignName: try $0.string(2), kind: try $0.value(8),
                email: try $0.string(3),
                state: try $0.value(4), nextAt: try $0.instant(5), endedAt: try $0.optionalInstant(6),
                reason: try $0.string(7))
        }
        let places = Dictionary(uniqueKeysWithValues: mails.enumerated().map { ($0.element.id, $0.offset) })
        try transaction.forEach(
            """
            SELECT message_id, at, outcome, reply FROM attempt
            WHERE account_id = \(id) AND \(transaction.dialect.among("message_id", mails.map(\.id.rawValue)))
            ORDER BY id
            """
        ) { row in
            guard let place = places[try row.id(0)] else { return }
            mails[place].attempts.append(
                .init(at: try row.instant(1), outcome: try row.string(2), reply: try row.string(3)))
        }
        return mails
    }
}
