/// Which campaign brought an address onto the suppression list, so that what one campaign did can be found and taken back.
extension Migration {
    static let suppressionSource: Migration = {
        var migration = Migration(number: 24, subject: "Source of suppressions") { _ in
            [
                // NULL where it was no campaign. It may be gone by now.
                "ALTER TABLE suppression ADD COLUMN campaign_id BIGINT",
                """
                CREATE INDEX suppression_of_campaign ON suppression (account_id, campaign_id, created_at, email_key)
                WHERE campaign_id IS NOT NULL
                """,
            ]
        }
        migration.isCompatible = true
        return migration
    }()
}
