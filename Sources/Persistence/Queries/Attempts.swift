public import Campaigns

/// One entry of a message's history: an attempt to send it and what the server said, or an opening or a click.
public struct AttemptRecord: Sendable {
    /// How the log and the chart call what came of an attempt.
    public enum Outcome: String, Sendable, CaseIterable {
        case delivered, deferred, failed, unknown
        /// What whoever reads the mail did.
        case opened, clicked
        /// What came back after a server had taken the mail.
        case bounced, delayed, complained

        /// What can come of an attempt to send.
        public static let ofAttempts: [Outcome] = [.delivered, .deferred, .failed, .unknown]
    }

    public var id: Int64
    public var campaignID: Campaign.ID
    public var messageID: Message.ID
    public var at: Instant
    public var milliseconds: Int
    public var outcome: Outcome
    public var code: Int?
    public var reply: String
    /// The step of the conversation: "connect", "MAIL", "RCPT", "DATA", "message". Of an opening or a click the
    /// `MachineSign`, if there is one; of what came back the `BounceKind`.
    public var step: String
    public var email: String
    /// Which server it was, and how the connection was protected; empty where the sender's settings say it.
    public var route: String

    static let columns: SQL = "id, campaign_id, message_id, at, milliseconds, outcome, code, reply, step, email, route"

    init(_ row: any Row) throws {
        id = try row.int64(0)
        campaignID = try row.id(1)
        messageID = try row.id(2)
        at = try row.instant(3)
        milliseconds = try row.int(4)
        outcome = try row.value(5)
        code = try row.optionalInt(6)
        reply = try row.string(7)
        step = try row.string(8)
        email = try row.string(9)
        route = try row.string(10)
    }
}

/// Which attempts a person wants to see.
public struct AttemptFilter: Sendable {
    public var outcome: AttemptRecord.Outcome?
    public var campaign: Campaign.ID?
    /// A part of the address.
    public var email: String

    public init(outcome: AttemptRecord.Outcome? = nil, campaign: Campaign.ID? = nil, email: String = "") {
        self.outcome = outcome
        self.campaign = campaign
        self.email = email
    }
}

extension AccountScope {
    /// The whole history of a message, the oldest first.
    public func attempts(of message: Message.ID) throws -> [AttemptRecord] {
        try transaction.rows(
            """
            SELECT \(AttemptRecord.columns) FROM attempt WHERE account_id = \(id) AND message_id = \(message)
            ORDER BY id LIMIT 500
            """, AttemptRecord.init)
    }
}
