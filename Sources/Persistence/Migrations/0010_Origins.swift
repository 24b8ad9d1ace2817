/// Where accounts and their rows came from, so that a second import of the same installation adds nothing.
extension Migration {
    static let origins = Migration(number: 10, subject: "Origins") { dialect in
        [
            // installation: a fingerprint that stays the same for each dump of one database (docs/decisions/0020).
            """
            CREATE TABLE origin_account (
                installation TEXT NOT NULL, origin_id BIGINT NOT NULL,
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                PRIMARY KEY (installation, origin_id))
            """,
            "CREATE INDEX origin_account_of ON origin_account (account_id)",
            // What a row of the origin has become here. entity: a raw value of `OriginEntity`.
            """
            CREATE TABLE origin (
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                entity TEXT NOT NULL, origin_id BIGINT NOT NULL, local_id BIGINT NOT NULL,
                PRIMARY KEY (account_id, entity, origin_id)) \(dialect.clustered)
            """,
        ]
    }
}
