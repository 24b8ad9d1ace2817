/// Until when somebody has seen what happened to the account's campaigns and senders.
extension Migration {
    static let notices = Migration(number: 43, subject: "Notices", isCompatible: true) { _ in
        [
            "ALTER TABLE users ADD COLUMN notices_seen_at BIGINT NOT NULL DEFAULT 0",
            // What was over before is no news.
            """
            UPDATE users SET notices_seen_at =
                COALESCE((SELECT MAX(c.finished_at) FROM campaign c WHERE c.account_id = users.account_id), 0)
            """,
            """
            CREATE INDEX campaign_finished ON campaign (account_id, finished_at) WHERE state = 'finished' AND kind = 'campaign'
            """,
            "CREATE INDEX campaign_paused ON campaign (account_id, updated_at) WHERE state = 'paused' AND kind = 'campaign'",
        ]
    }
}
