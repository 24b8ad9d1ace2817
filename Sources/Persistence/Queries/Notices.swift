public import Campaigns

/// Something that happened by itself, for whoever looks at the account next. It follows from what campaigns and senders
/// are: nothing is written when it happens, and what was mended is gone.
public struct Notice: Sendable {
    public enum Subject: Sendable {
        case finished(CampaignRecord, Tally)
        /// With the sentence that says why.
        case pausedCampaign(CampaignRecord)
        case pausedSender(Sender.ID, name: String, reason: String)
    }

    public var at: Instant
    public var subject: Subject
}

extension AccountScope {
    /// The newest first.
    /// - Parameter limit: of each kind.
    public func notices(limit: Int) throws -> [Notice] {
        let finished = try transaction.rows(
            """
            SELECT \(CampaignRecord.columns) FROM campaign
            WHERE account_id = \(id) AND \(Notice.isFinishedCampaign) AND finished_at > 0
            ORDER BY finished_at DESC LIMIT \(limit)
            """, CampaignRecord.init)
        let tallies = try self.tallies(finished.map(\.id))
        var notices = finished.map { campaign in
            Notice(
                at: campaign.finishedAt ?? campaign.createdAt,
                subject: .finished(campaign, tallies[campaign.id] ?? Tally()))
        }
        let paused: [(Campaign.ID, Instant)] = try transaction.rows(
            """
            SELECT id, updated_at FROM campaign WHERE account_id = \(id) AND \(Notice.isPausedCampaign)
            ORDER BY updated_at DESC LIMIT \(limit)
            """
        ) { (try $0.id(0), try $0.instant(1)) }
        for (campaign, at) in paused {
            if let campaign = try self.campaign(campaign) {
                notices.append(Notice(at: at, subject: .pausedCampaign(campaign)))
            }
        }
        notices += try transaction.rows(
            """
            SELECT id, name, paused_reason, COALESCE(paused_at, updated_at) FROM sender
            WHERE account_id = \(id) AND paused_reason <> '' ORDER BY id LIMIT \(limit)
            """
        ) { row in
            Notice(
                at: try row.instant(3),
                subject: .pausedSender(try row.id(0), name: try row.string(1), reason: try row.string(2)))
        }
        return Array(notices.sorted { $0.at > $1.at }.prefix(limit))
    }
}

extension Notice {
    /// The words of the index `campaign_finished`.
    fileprivate static let isFinishedCampaign: SQL = "state = 'finished' AND kind = 'campaign'"

    /// With the words of the index `campaign_paused`. What somebody paused is no news.
    fileprivate static let isPausedCampaign: SQL = """
        state = 'paused' AND kind = 'campaign' AND paused_reason NOT IN ('', \(CampaignRecord.pausedByHand))
        """

    /// How many somebody has not seen, at most ``mostUnseen`` of those that have ended; `u` is the user's row.
    static let unseen: SQL = """
        (SELECT COUNT(*) FROM (SELECT 1 FROM campaign WHERE account_id = u.account_id AND \(isFinishedCampaign)
            AND finished_at > u.notices_seen_at LIMIT \(mostUnseen)) AS finished)
        + (SELECT COUNT(*) FROM campaign WHERE account_id = u.account_id AND \(isPausedCampaign)
            AND updated_at > u.notices_seen_at)
        + (SELECT COUNT(*) FROM sender WHERE account_id = u.account_id AND paused_reason <> ''
            AND COALESCE(paused_at, updated_at) > u.notices_seen_at)
        """

    private static let mostUnseen = 100
}

extension Transaction {
    /// All that happened until `instant` is known to somebody from now on.
    public func seeNotices(_ user: User.ID, until instant: Instant) throws {
        try run("UPDATE users SET notices_seen_at = \(instant) WHERE id = \(user) AND notices_seen_at < \(instant)")
    }
}
