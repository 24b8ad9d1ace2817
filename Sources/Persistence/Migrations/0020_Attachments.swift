/// Files that go with mails.
extension Migration {
    static let attachments = Migration(number: 20, subject: "Attachments") { dialect in
        [
            // A content is stored once for each account, whatever it is called where. hash: SHA-256. name: as it was first
            // uploaded, made safe. media_type: found out from the content.
            """
            CREATE TABLE file (
                id \(dialect.identity),
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                hash \(dialect.blob) NOT NULL, size BIGINT NOT NULL, media_type TEXT NOT NULL, name TEXT NOT NULL,
                is_picture BIGINT NOT NULL DEFAULT 0 CHECK (is_picture IN (0, 1)),
                used_at BIGINT NOT NULL,
                UNIQUE (account_id, id), UNIQUE (account_id, hash))
            """,
            // number: from 0. Each piece but the last has FilePiece.length octets.
            """
            CREATE TABLE file_piece (
                account_id BIGINT NOT NULL, file_id BIGINT NOT NULL, number BIGINT NOT NULL,
                octets \(dialect.blob) NOT NULL,
                PRIMARY KEY (account_id, file_id, number),
                FOREIGN KEY (account_id, file_id) REFERENCES file (account_id, id) ON DELETE CASCADE)
            """,
        ] + [
            // A picture is shown by the HTML, which names it by its hash; an attachment stands beside the text.
            use("template_file", of: "template", column: "template_id"),
            // Of a single mail, beside those of its template.
            use("campaign_file", of: "campaign", column: "campaign_id"),
            // What is sent with a frozen content.
            use("content_file", of: "content", column: "content_id"),
            "CREATE INDEX template_file_of_file ON template_file (account_id, file_id)",
            "CREATE INDEX campaign_file_of_file ON campaign_file (account_id, file_id)",
            "CREATE INDEX content_file_of_file ON content_file (account_id, file_id)",
            // Whether the rules of its style sheets are copied into style attributes when a mail is made of it.
            """
            ALTER TABLE template ADD COLUMN inlines_styles BIGINT NOT NULL DEFAULT 1 CHECK (inlines_styles IN (0, 1))
            """,
        ]
    }

    private static func use(_ table: SQL, of owner: SQL, column: SQL) -> SQL {
        """
        CREATE TABLE \(table) (
            account_id BIGINT NOT NULL, \(column) BIGINT NOT NULL, file_id BIGINT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('attachment', 'picture')), name TEXT NOT NULL,
            position BIGINT NOT NULL,
            PRIMARY KEY (account_id, \(column), file_id, kind),
            FOREIGN KEY (account_id, \(column)) REFERENCES \(owner) (account_id, id) ON DELETE CASCADE,
            FOREIGN KEY (account_id, file_id) REFERENCES file (account_id, id))
        """
    }
}
