public import Campaigns

/// What came of one day's attempts.
public struct DayCount: Sendable {
    /// Days since 1970-01-01, UTC.
    public var day: Int
    public var outcome: AttemptRecord.Outcome
    public var messages: Int
}

/// How many there are of each thing, for the dashboard.
public struct AccountCounts: Sendable {
    public var recipients: Int
    public var templates: Int
    public var campaigns: Int
}

extension AccountScope {
    public func counts() throws -> AccountCounts {
        AccountCounts(
            recipients: try recipientCount(),
            templates: try transaction.count("SELECT COUNT(*) FROM template WHERE account_id = \(id)"),
            campaigns: try transaction.count(
                "SELECT COUNT(*) FROM campaign WHERE account_id = \(id) AND kind = 'campaign'"))
    }

    /// The days since a day, in order; days without attempts are left out.
    public func days(since day: Int) throws -> [DayCount] {
        try transaction.rows(
            """
            SELECT day, outcome, messages FROM daily WHERE account_id = \(id) AND day >= \(day) ORDER BY day, outcome
            """
        ) { DayCount(day: try $0.int(0), outcome: try $0.value(1), messages: try $0.int(2)) }
    }

    /// Campaigns that are being sent or paused, the newest first.
    public func campaignsUnderWay(limit: Int) throws -> [CampaignRecord] {
        try transaction.rows(
            """
            SELECT \(CampaignRecord.columns) FROM campaign
            WHERE account_id = \(id) AND kind = 'campaign' AND state IN ('scheduled', 'planning', 'sending', 'paused')
            ORDER BY id DESC LIMIT \(limit)
            """, CampaignRecord.init)
    }

    /// Templates by name, for choosing one.
    public func templateChoices(limit: Int = 500) throws -> [(id: Template.ID, name: String)] {
        try transaction.rows(
            "SELECT id, name FROM template WHERE account_id = \(id) ORDER BY name, id LIMIT \(limit)"
        ) { (try $0.id(0), try $0.string(1)) }
    }
}
