/// Which addresses recipients had who were deleted, or whose address was changed: links in mails that they got name the
/// recipient alone.
extension Migration {
    static let formerAddresses = Migration(number: 31, subject: "Former addresses", isCompatible: true) { dialect in
        [
            """
            CREATE TABLE former_address (
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                recipient_id BIGINT NOT NULL, email_key TEXT NOT NULL, left_at BIGINT NOT NULL,
                PRIMARY KEY (account_id, recipient_id, email_key)) \(dialect.clustered)
            """,
            // They are forgotten in the order in which they came, whosever they are.
            "CREATE INDEX former_address_age ON former_address (left_at)",
        ]
    }
}
