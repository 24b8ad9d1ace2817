/// What programs show to act for an account. As with sessions, only a hash of the secret is kept.
extension Migration {
    static let apiTokens = Migration(number: 14, subject: "API tokens") { dialect in
        [
            // scope: 'read', or 'write' for both.
            """
            CREATE TABLE api_token (
                id \(dialect.identity),
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
                name TEXT NOT NULL, scope TEXT NOT NULL CHECK (scope IN ('read', 'write')),
                token_hash \(dialect.blob) NOT NULL UNIQUE,
                created_at BIGINT NOT NULL, last_used_at BIGINT)
            """,
            "CREATE INDEX api_token_of_account ON api_token (account_id, id)",
            "CREATE INDEX api_token_of_user ON api_token (user_id)",
        ]
    }
}
