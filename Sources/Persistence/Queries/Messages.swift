public import Campaigns

/// One row of the ledger, for people.
public struct MessageRecord: Sendable {
    public var id: Message.ID
    public var campaignID: Campaign.ID
    public var recipientID: Recipient.ID
    public var state: MessageState
    /// When it may be tried next.
    public var nextAt: Instant
    public var attempts: Int
    /// The first attempt.
    public var beganAt: Instant?
    public var endedAt: Instant?
    public var email: String
    /// Why it waits, failed or was cancelled; empty for nothing.
    public var reason: String
    public var campaignName: String
    public var campaignKind: CampaignRecord.Kind
    public var campaignState: CampaignState

    /// Messages that were never put off, or are due at once, have no time of their own (``DueTime``); people read when their campaign started.
    static let nextAt: SQL = "CASE WHEN m.next_at <= 0 THEN COALESCE(c.started_at, c.created_at) ELSE m.next_at END"

    static let columns: SQL = """
        m.id, m.campaign_id, m.recipient_id, m.state, \(Self.nextAt), m.attempts, m.began_at, m.ended_at, m.email, m.reason,
        c.name, c.kind, c.state
        """

    init(_ row: any Row) throws {
        id = try row.id(0)
        campaignID = try row.id(1)
        recipientID = try row.id(2)
        state = try row.value(3)
        nextAt = try row.instant(4)
        attempts = try row.int(5)
        beganAt = try row.optionalInstant(6)
        endedAt = try row.optionalInstant(7)
        email = try row.string(8)
        reason = try row.string(9)
        campaignName = try row.string(10)
        campaignKind = try row.value(11)
        campaignState = try row.value(12)
    }
}

extension AccountScope {
    public func message(_ message: Message.ID) throws -> MessageRecord? {
        try transaction.first(
            """
            SELECT \(MessageRecord.columns) FROM message m JOIN campaign c ON c.id = m.campaign_id
            WHERE m.account_id = \(id) AND m.id = \(message)
            """, MessageRecord.init)
    }

    /// Lets a message that waits be tried at once. The limits still hold.
    ///
    /// - Returns: whether it waited.
    public func sendNow(_ message: Message.ID) throws -> Bool {
        try transaction.run(
            """
            UPDATE message SET next_at = \(DueTime.atOnce)
            WHERE account_id = \(id) AND id = \(message) AND state = 'ready'
            """) > 0
    }

    /// The address of a recipient.
    public func recipientAddress(_ recipient: Recipient.ID) throws -> String? {
        try transaction.first("SELECT email FROM recipient WHERE account_id = \(id) AND id = \(recipient)") {
            try $0.string(0)
        }
    }

    /// Addresses of recipients in whose fields a text occurs, for suggestions: the newest first.
    public func addresses(containing text: String, limit: Int) throws -> [String] {
        let found = try matchingRecipients(AudienceFilter(search: text), limit: limit).ids
        return try transaction.rows(
            """
            SELECT email FROM recipient
            WHERE account_id = \(id) AND \(transaction.dialect.among("id", found)) ORDER BY id DESC
            """
        ) { try $0.string(0) }
    }
}
