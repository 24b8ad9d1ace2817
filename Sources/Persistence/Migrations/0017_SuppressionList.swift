/// The suppression list as a page: newest first, and what was taken off it.
extension Migration {
    static let suppressionList = Migration(number: 17, subject: "Suppression list") { dialect in
        [
            // The list's own order; key and reason beside it, so that a search reads nothing else.
            "CREATE INDEX suppression_newest ON suppression (account_id, created_at, email_key, reason)",
            // Append-only. removed_by: a user's name, '' for the person behind the address. why: their words.
            """
            CREATE TABLE suppression_removal (
                id \(dialect.identity),
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                email_key TEXT NOT NULL, email TEXT NOT NULL, reason TEXT NOT NULL, note TEXT NOT NULL DEFAULT '',
                suppressed_at BIGINT NOT NULL, removed_at BIGINT NOT NULL, removed_by TEXT NOT NULL DEFAULT '',
                why TEXT NOT NULL DEFAULT '')
            """,
            "CREATE INDEX suppression_removal_of_account ON suppression_removal (account_id, id)",
            "CREATE INDEX suppression_removal_of_address ON suppression_removal (account_id, email_key, id)",
        ]
    }
}
