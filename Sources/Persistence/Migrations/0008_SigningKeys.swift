/// The keys that sign an account's mails (DKIM), and which of them a campaign signs with.
extension Migration {
    static let signingKeys = Migration(number: 8, subject: "Signing keys") { dialect in
        [
            // private_key: sealed (AES-256-GCM) with this row as associated data. public_key: Base64, as in the DNS record.
            // state: 'waiting' until its record is in the DNS, then 'signing', at last 'retired'.
            """
            CREATE TABLE dkim_key (
                id \(dialect.identity),
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                domain TEXT NOT NULL, selector TEXT NOT NULL,
                algorithm TEXT NOT NULL CHECK (algorithm IN ('rsa', 'ed25519')), bits BIGINT NOT NULL,
                private_key \(dialect.blob) NOT NULL, public_key TEXT NOT NULL,
                state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'signing', 'retired')),
                created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL,
                UNIQUE (account_id, id),
                UNIQUE (account_id, domain, selector))
            """,
            // One of each kind signs.
            """
            CREATE UNIQUE INDEX dkim_key_signing ON dkim_key (account_id, domain, algorithm) WHERE state = 'signing'
            """,
            // Frozen with the content, so that a mail that is sent again has the same signatures.
            """
            CREATE TABLE content_dkim_key (
                account_id BIGINT NOT NULL, content_id BIGINT NOT NULL, key_id BIGINT NOT NULL,
                PRIMARY KEY (account_id, content_id, key_id),
                FOREIGN KEY (account_id, content_id) REFERENCES content (account_id, id) ON DELETE CASCADE,
                FOREIGN KEY (account_id, key_id) REFERENCES dkim_key (account_id, id) ON DELETE CASCADE)
            """,
            "CREATE INDEX content_dkim_key_of_key ON content_dkim_key (account_id, key_id)",
        ]
    }
}
