public import Campaigns

/// What an account counts of those who read its mails.
public struct TrackingChoices: Sendable, Hashable {
    public var opens: Bool
    public var clicks: Bool
    /// Whether the network (never the whole address) that an opening or a click came from is written down.
    public var networks: Bool

    public init(opens: Bool, clicks: Bool, networks: Bool) {
        self.opens = opens
        self.clicks = clicks
        self.networks = networks
    }
}

extension AccountScope {
    public func trackingChoices() throws -> TrackingChoices {
        try transaction.one("SELECT tracks_opens, tracks_clicks, reader_networks FROM account WHERE id = \(id)") {
            TrackingChoices(opens: try $0.bool(0), clicks: try $0.bool(1), networks: try $0.bool(2))
        }
    }

    /// What was counted of the mails of campaigns when they started: what campaign and account both allowed.
    public func tracking(of campaigns: [Campaign.ID]) throws -> [Campaign.ID: (opens: Bool, clicks: Bool)] {
        var tracking: [Campaign.ID: (opens: Bool, clicks: Bool)] = [:]
        try transaction.forEach(
            """
            SELECT c.id, f.tracks_opens, f.tracks_clicks FROM campaign c
            JOIN content f ON f.account_id = c.account_id AND f.id = c.content_id
            WHERE c.account_id = \(id) AND \(transaction.dialect.among("c.id", campaigns.map(\.rawValue)))
            """
        ) { tracking[try $0.id(0)] = (try $0.bool(1), try $0.bool(2)) }
        return tracking
    }

    /// What is switched off is not counted from now on, of mails that were sent before either. Networks that were
    /// written down go with the switch.
    public func setTracking(_ choices: TrackingChoices) throws {
        try transaction.run(
            """
            UPDATE account SET tracks_opens = \(choices.opens), tracks_clicks = \(choices.clicks),
                reader_networks = \(choices.networks)
            WHERE id = \(id)
            """)
    }

    /// Whether somebody's openings and clicks are left out.
    public func isUntracked(key: String) throws -> Bool {
        try transaction.count(
            "SELECT COUNT(*) FROM untracked WHERE account_id = \(id) AND email_key = \(key)") > 0
    }

    /// Leaves an address out of all counting, or takes it in again. No import changes it.
    /// - Returns: whether that is new.
    public func setUntracked(_ isUntracked: Bool, key: String) throws -> Bool {
        let now = try transaction.now
        return try transaction.run(
            isUntracked
                ? """
                INSERT INTO untracked (account_id, email_key, created_at) VALUES (\(id), \(key), \(now))
                ON CONFLICT (account_id, email_key) DO NOTHING
                """
                : "DELETE FROM untracked WHERE account_id = \(id) AND email_key = \(key)") > 0
    }

    /// Decides what is counted of a content's mails, before the first of them is written: what the campaign wants, as far as
    /// the account does. Later changes never change a mail.
    /// - Parameter links: where counted links may lead, in their order.
    public func freezeTracking(of campaign: Campaign.ID, links: (ContentRecord) -> [String]) throws {
        guard let campaign = try self.campaign(campaign),
            let content = try campaign.contentID.flatMap({ try self.content($0) })
        else { return }
        let choices = try trackingChoices()
        let (opens, clicks) = (choices.opens && campaign.tracksOpens, choices.clicks && campaign.tracksClicks)
        try transaction.run(
            """
            UPDATE content SET tracks_opens = \(opens), tracks_clicks = \(clicks)
            WHERE account_id = \(id) AND id = \(content.id)
            """)
        guard clicks, try self.links(of: content.id).isEmpty else { return }
        let urls = links(content).enumerated()
        try transaction.insert(
            into: "link", columns: ["account_id", "content_id", "number", "url"],
            rows: urls.lazy.map { [id.sqlValue, content.id.sqlValue, .integer(Int64($0)), .text($1)] })
    }

    /// Lets nobody see a campaign's mails in the browser any more, or again.
    public func setViewWithdrawn(_ isWithdrawn: Bool, of campaign: Campaign.ID) throws -> Bool {
        let now = try transaction.now
        return try transaction.run(
            """
            UPDATE campaign SET view_withdrawn_at = \(isWithdrawn ? now : nil), updated_at = \(now)
            WHERE account_id = \(id) AND id = \(campaign)
            """) > 0
    }

    /// Whether a message's mail may be seen in the browser. `nil` when the message is gone.
    public func isViewWithdrawn(_ message: Message.ID) throws -> Bool? {
        try transaction.first(
            """
            SELECT CASE WHEN c.view_withdrawn_at IS NULL THEN 0 ELSE 1 END
            FROM message m JOIN campaign c ON c.account_id = m.account_id AND c.id = m.campaign_id
            WHERE m.account_id = \(id) AND m.id = \(message)
            """
        ) { try $0.bool(0) }
    }
}
