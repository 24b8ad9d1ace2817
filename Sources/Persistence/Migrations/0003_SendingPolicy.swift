/// How a sender logs in, whether it sends evenly over the hour, and how a new address is warmed up.
extension Migration {
    static let sendingPolicy = Migration(number: 3, subject: "Sending policy") { _ in
        [
            """
            ALTER TABLE sender ADD COLUMN smtp_login TEXT NOT NULL DEFAULT 'password'
                CHECK (smtp_login IN ('password', 'token'))
            """,
            """
            ALTER TABLE sender ADD COLUMN spreads_evenly BIGINT NOT NULL DEFAULT 0 CHECK (spreads_evenly IN (0, 1))
            """,
            // Messages of the first day, and how many percent more on each next one; no plan where began_at is NULL.
            "ALTER TABLE sender ADD COLUMN warm_up_first BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE sender ADD COLUMN warm_up_growth BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE sender ADD COLUMN warm_up_began_at BIGINT",
        ]
    }
}
