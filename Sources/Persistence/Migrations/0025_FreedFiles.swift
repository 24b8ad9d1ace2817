/// Files whose contents somebody gave up after the campaigns that sent them had ended.
extension Migration {
    static let freedFiles: Migration = {
        var migration = Migration(number: 25, subject: "Freed files") { _ in
            [
                // What a content was sent with and is no longer stored. file_id: what it was; that row is gone.
                """
                CREATE TABLE freed_file (
                    account_id BIGINT NOT NULL, content_id BIGINT NOT NULL, file_id BIGINT NOT NULL,
                    kind TEXT NOT NULL CHECK (kind IN ('attachment', 'picture')),
                    name TEXT NOT NULL, media_type TEXT NOT NULL, size BIGINT NOT NULL, freed_at BIGINT NOT NULL,
                    PRIMARY KEY (account_id, content_id, file_id, kind),
                    FOREIGN KEY (account_id, content_id) REFERENCES content (account_id, id) ON DELETE CASCADE)
                """,
                "CREATE INDEX campaign_of_content ON campaign (account_id, content_id)",
                // Of campaigns that were deleted.
                """
                DELETE FROM content_file WHERE NOT EXISTS (
                    SELECT 1 FROM campaign c
                    WHERE c.account_id = content_file.account_id AND c.content_id = content_file.content_id)
                """,
            ]
        }
        migration.isCompatible = true
        return migration
    }()
}
