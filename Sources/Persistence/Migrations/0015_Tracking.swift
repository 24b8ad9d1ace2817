/// Openings and clicks: what is counted, of whom not, where links lead, and the counts.
extension Migration {
    static let tracking = Migration(number: 15, subject: "Tracking") { dialect in
        trackingColumns + [
            // Whose openings and clicks are not counted. Kept apart from recipients, so that no import forgets it.
            """
            CREATE TABLE untracked (
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                email_key TEXT NOT NULL, created_at BIGINT NOT NULL,
                PRIMARY KEY (account_id, email_key)) \(dialect.clustered)
            """,
            // Where a campaign's counted links lead, by number; frozen with the content.
            """
            CREATE TABLE link (
                account_id BIGINT NOT NULL, content_id BIGINT NOT NULL, number BIGINT NOT NULL, url TEXT NOT NULL,
                PRIMARY KEY (account_id, content_id, number),
                FOREIGN KEY (account_id, content_id) REFERENCES content (account_id, id) ON DELETE CASCADE)
            """,
            // What was read of one message: a row from its first opening or click on. Each count is of all, and of people.
            """
            CREATE TABLE reading (
                account_id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, message_id BIGINT NOT NULL,
                opens BIGINT NOT NULL DEFAULT 0, human_opens BIGINT NOT NULL DEFAULT 0,
                clicks BIGINT NOT NULL DEFAULT 0, human_clicks BIGINT NOT NULL DEFAULT 0,
                opened_at BIGINT, human_opened_at BIGINT, clicked_at BIGINT, human_clicked_at BIGINT,
                unsubscribed_at BIGINT,
                PRIMARY KEY (account_id, campaign_id, message_id),
                FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id) ON DELETE CASCADE)
            \(dialect.clustered)
            """,
            """
            CREATE TABLE link_reading (
                account_id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, message_id BIGINT NOT NULL, link BIGINT NOT NULL,
                clicks BIGINT NOT NULL DEFAULT 0, human_clicks BIGINT NOT NULL DEFAULT 0,
                PRIMARY KEY (account_id, campaign_id, message_id, link),
                FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id) ON DELETE CASCADE)
            \(dialect.clustered)
            """,
            // The counts of a campaign by name (a raw value of `ReadingCount`, or a kind and a sign of machines).
            """
            CREATE TABLE reading_tally (
                account_id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, name TEXT NOT NULL, hits BIGINT NOT NULL,
                PRIMARY KEY (account_id, campaign_id, name),
                FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id) ON DELETE CASCADE)
            """,
            """
            CREATE TABLE link_tally (
                account_id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, link BIGINT NOT NULL,
                clicks BIGINT NOT NULL, human_clicks BIGINT NOT NULL, clicked BIGINT NOT NULL, human_clicked BIGINT NOT NULL,
                PRIMARY KEY (account_id, campaign_id, link),
                FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id) ON DELETE CASCADE)
            """,
            // Hours since 1970, UTC.
            """
            CREATE TABLE reading_hour (
                account_id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, hour BIGINT NOT NULL,
                opens BIGINT NOT NULL, human_opens BIGINT NOT NULL, clicks BIGINT NOT NULL, human_clicks BIGINT NOT NULL,
                PRIMARY KEY (account_id, campaign_id, hour),
                FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id) ON DELETE CASCADE)
            """,
        ]
    }

    private static var trackingColumns: [SQL] {
        [
            "ALTER TABLE account ADD COLUMN tracks_opens BIGINT NOT NULL DEFAULT 1 CHECK (tracks_opens IN (0, 1))",
            "ALTER TABLE account ADD COLUMN tracks_clicks BIGINT NOT NULL DEFAULT 1 CHECK (tracks_clicks IN (0, 1))",
            // Of those who read: no address, or that of their network.
            """
            ALTER TABLE account ADD COLUMN reader_networks BIGINT NOT NULL DEFAULT 0 CHECK (reader_networks IN (0, 1))
            """,
            "ALTER TABLE campaign ADD COLUMN tracks_opens BIGINT NOT NULL DEFAULT 1 CHECK (tracks_opens IN (0, 1))",
            "ALTER TABLE campaign ADD COLUMN tracks_clicks BIGINT NOT NULL DEFAULT 1 CHECK (tracks_clicks IN (0, 1))",
            // Since when nobody can see its mails in the browser.
            "ALTER TABLE campaign ADD COLUMN view_withdrawn_at BIGINT",
            // What is counted, frozen: of what was sent before, nothing.
            "ALTER TABLE content ADD COLUMN tracks_opens BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE content ADD COLUMN tracks_clicks BIGINT NOT NULL DEFAULT 0",
            // Whether the recipient is left out of it, frozen when the message is made.
            "ALTER TABLE message ADD COLUMN untracked BIGINT NOT NULL DEFAULT 0",
        ]
    }
}
