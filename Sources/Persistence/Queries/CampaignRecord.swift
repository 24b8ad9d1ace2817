public import Campaigns

/// A campaign, as stored.
public struct CampaignRecord: Sendable {
    public enum Kind: String, Sendable {
        case campaign
        /// One mail to one person: a campaign of one, not shown among the campaigns.
        case single
    }

    public var id: Campaign.ID
    public var accountID: Account.ID
    public var kind: Kind
    public var name: String
    public var state: CampaignState
    /// `nil` once the template was deleted; what is sent is ``contentID``.
    public var templateID: Template.ID?
    public var senderID: Sender.ID
    public var contentID: Content.ID?
    /// JSON of an `AudienceFilter`.
    public var audienceFilter: String
    /// How many messages were made; final once planning is over.
    public var audience: Int
    public var scheduledAt: Instant?
    public var startedAt: Instant?
    public var finishedAt: Instant?
    /// When retries end: 72 hours after the start.
    public var expiresAt: Instant?
    public var pausedReason: String
    public var planCursor: Recipient.ID
    public var planEnd: Recipient.ID
    public var createdAt: Instant
    /// Whether openings, and clicks, are to be counted, as far as the account counts them.
    public var tracksOpens: Bool
    public var tracksClicks: Bool
    /// Since when nobody can see its mails in the browser.
    public var viewWithdrawnAt: Instant?

    /// The reason of a pause that somebody wanted.
    static let pausedByHand = "Paused by hand."

    static let columns: SQL = """
        id, account_id, kind, name, state, template_id, sender_id, content_id, audience_filter, audience, scheduled_at,
        started_at, finished_at, expires_at, paused_reason, plan_cursor, plan_end, created_at, tracks_opens, tracks_clicks, view_withdrawn_at
        """

    init(_ row: any Row) throws {
        id = try row.id(0)
        accountID = try row.id(1)
        kind = try row.value(2)
        name = try row.string(3)
        state = try row.value(4)
        templateID = try row.optionalID(5)
        senderID = try row.id(6)
        contentID = try row.optionalID(7)
        audienceFilter = try row.string(8)
        audience = try row.int(9)
        scheduledAt = try row.optionalInstant(10)
        startedAt = try row.optionalInstant(11)
        finishedAt = try row.optionalInstant(12)
        expiresAt = try row.optionalInstant(13)
        pausedReason = try row.string(14)
        planCursor = try row.id(15)
        planEnd = try row.id(16)
        createdAt = try row.instant(17)
        tracksOpens = try row.bool(18)
        tracksClicks = try row.bool(19)
        viewWithdrawnAt = try row.optionalInstant(20)
    }
}

/// How many messages are in each state. The sum is the audience, always.
public struct Tally: Sendable, Hashable {
    public private(set) var counts: [MessageState: Int] = [:]

    public init() {}
    public subscript(state: MessageState) -> Int { counts[state] ?? 0 }
    public var total: Int { counts.values.reduce(0, +) }
    /// Ready, in hand, or awaiting an answer.
    public var open: Int { self[.ready] + self[.claimed] + self[.dotted] }
    public var ended: Int { total - open }

    mutating func add(_ messages: Int, to state: MessageState) { counts[state, default: 0] += messages }
}
