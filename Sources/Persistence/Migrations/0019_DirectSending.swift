/// Senders that hand mails to the recipients' own servers, and which way each attempt took.
extension Migration {
    static let directSending = Migration(number: 19, subject: "Direct sending") { _ in
        [
            // A kind of its own would be another constraint on `kind`, which SQLite cannot change: 'smtp' and this flag.
            "ALTER TABLE sender ADD COLUMN is_direct BIGINT NOT NULL DEFAULT 0 CHECK (is_direct IN (0, 1))",
            // hello_name: what EHLO says; empty for the machine's name. return_domain: where bounces go, bounce+…@here;
            // empty for the From address.
            "ALTER TABLE sender ADD COLUMN hello_name TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE sender ADD COLUMN return_domain TEXT NOT NULL DEFAULT ''",
            // For each receiving system: connections at once, and messages over one of them.
            "ALTER TABLE sender ADD COLUMN site_connections BIGINT NOT NULL DEFAULT 4",
            "ALTER TABLE sender ADD COLUMN site_messages BIGINT NOT NULL DEFAULT 50",
            // Which server took or refused it, at which address, and how the connection was protected.
            "ALTER TABLE attempt ADD COLUMN route TEXT NOT NULL DEFAULT ''",
        ]
    }
}
