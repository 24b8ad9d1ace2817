public import Campaigns

/// What `martlet demo` does so that its past looks lived in. Nothing else may rewrite the ledger.
extension AccountScope {
    /// Spreads a campaign's delivered messages evenly over a time in the past, in their order: messages, attempts, the
    /// days of the chart. The sums stay what they were.
    ///
    /// - Parameter countsForLimit: whether they count against the sender's hourly limit at their new times.
    public func spread(
        _ campaign: Campaign.ID, of sender: Sender.ID, from start: Instant, over length: Duration, countsForLimit: Bool
    ) throws {
        let total = try transaction.count(
            "SELECT COUNT(*) FROM message WHERE campaign_id = \(campaign) AND state = 'delivered'")
        guard total > 0 else { return }
        let step = length.microseconds / Int64(total)
        let place: SQL = """
            SELECT id, \(start) + \(step) * (ROW_NUMBER() OVER (ORDER BY id) - 1) AS at
            FROM message WHERE campaign_id = \(campaign) AND state = 'delivered'
            """
        try transaction.run(
            """
            UPDATE message SET began_at = p.at, ended_at = p.at FROM (\(place)) p WHERE message.id = p.id
            """)
        try transaction.run(
            """
            UPDATE attempt SET at = m.began_at FROM message m
            WHERE attempt.message_id = m.id AND attempt.campaign_id = \(campaign) AND m.state = 'delivered'
            """)
        try transaction.run(
            """
            UPDATE campaign SET started_at = \(start), created_at = \(start), scheduled_at = \(start), updated_at = \(start)
            WHERE account_id = \(id) AND id = \(campaign)
            """)
        try transaction.run(
            """
            UPDATE campaign SET finished_at = (SELECT MAX(ended_at) FROM message WHERE campaign_id = \(campaign))
            WHERE account_id = \(id) AND id = \(campaign) AND finished_at IS NOT NULL
            """)
        try transaction.run("DELETE FROM daily WHERE account_id = \(id)")
        try transaction.run(
            """
            INSERT INTO daily (account_id, day, outcome, messages)
            SELECT account_id, at / 86400000000, outcome, COUNT(*) FROM attempt
            WHERE account_id = \(id) GROUP BY account_id, at / 86400000000, outcome
            """)
        try transaction.run("DELETE FROM sender_usage WHERE account_id = \(id) AND sender_id = \(sender)")
        guard countsForLimit else { return }
        try transaction.run(
            """
            INSERT INTO sender_usage (account_id, sender_id, second, messages)
            SELECT account_id, \(sender), ended_at / 1000000, COUNT(*) FROM message
            WHERE account_id = \(id) AND campaign_id = \(campaign) AND state = 'delivered'
            GROUP BY account_id, ended_at / 1000000
            """)
    }
}
