/// Where searches look (docs/decisions/0016).
extension Migration {
    static let recipientGrams = Migration(number: 7, subject: "Recipient grams") { dialect in
        [
            // grams: for each piece of text that occurs among 4,096 recipients, in which blocks of 64 (TextGrams). part: which
            // of its hashes.
            """
            CREATE TABLE recipient_gram (
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                part BIGINT NOT NULL, segment BIGINT NOT NULL, grams \(dialect.blob) NOT NULL,
                PRIMARY KEY (account_id, part, segment)) \(dialect.clustered)
            """,
            // Recipients up to here are from before, and are not in it.
            "ALTER TABLE account ADD COLUMN unindexed_to BIGINT NOT NULL DEFAULT 0",
            "UPDATE account SET unindexed_to = COALESCE((SELECT MAX(id) FROM recipient WHERE account_id = account.id), 0)",
        ]
    }
}
