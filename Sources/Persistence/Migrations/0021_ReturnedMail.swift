/// What came back: bounces after a server had taken the mail, complaints, and the address that unsubscribes.
extension Migration {
    static let returnedMail = Migration(number: 21, subject: "Returned mail") { dialect in
        [
            // When a message came back, when its recipient complained, and in which words.
            "ALTER TABLE reading ADD COLUMN bounced_at BIGINT",
            "ALTER TABLE reading ADD COLUMN complained_at BIGINT",
            "ALTER TABLE reading ADD COLUMN return_words TEXT NOT NULL DEFAULT ''",
            // The domain of the address that unsubscribes, frozen with what is sent; empty for none.
            "ALTER TABLE content ADD COLUMN unsubscribe_domain TEXT NOT NULL DEFAULT ''",
            // Mails that came back for the time being, by address: several make it one that is not mailed any more.
            """
            CREATE TABLE soft_bounce (
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                email_key TEXT NOT NULL, message_id BIGINT NOT NULL, at BIGINT NOT NULL,
                PRIMARY KEY (account_id, email_key, message_id)) \(dialect.clustered)
            """,
        ]
    }
}
