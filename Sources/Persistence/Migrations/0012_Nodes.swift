/// Several nodes on one database: whose start is whose, what has been taken over, and who works on which sender.
extension Migration {
    static let nodes = Migration(number: 12, subject: "Nodes") { _ in
        [
            // identity: which data folder the start belongs to; a later start of the same one knows that this one is dead.
            "ALTER TABLE epoch ADD COLUMN identity TEXT NOT NULL DEFAULT ''",
            // batch: the last group commit of this start, so that one is never written twice.
            "ALTER TABLE epoch ADD COLUMN batch BIGINT NOT NULL DEFAULT 0",
            // rescued_at: since when nothing is in the hands of this start any more.
            "ALTER TABLE epoch ADD COLUMN rescued_at BIGINT",
            "CREATE INDEX epoch_to_rescue ON epoch (id) WHERE rescued_at IS NULL",
            // One start at work on one sender. granted: messages that it may still end; they count against the sender's
            // limits already. connections: as many it may hold. The others are for people: how many are open, how many
            // the server was found to take, and until when nothing is tried, and why.
            """
            CREATE TABLE sender_work (
                account_id BIGINT NOT NULL, sender_id BIGINT NOT NULL, epoch BIGINT NOT NULL,
                granted BIGINT NOT NULL DEFAULT 0, connections BIGINT NOT NULL DEFAULT 0,
                open_connections BIGINT NOT NULL DEFAULT 0, connection_limit BIGINT NOT NULL DEFAULT 0,
                rests_until BIGINT, reason TEXT NOT NULL DEFAULT '',
                PRIMARY KEY (account_id, sender_id, epoch),
                FOREIGN KEY (account_id, sender_id) REFERENCES sender (account_id, id) ON DELETE CASCADE)
            """,
            "CREATE INDEX sender_work_of_epoch ON sender_work (epoch)",
        ]
    }
}
