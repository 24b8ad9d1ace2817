/// What type a file has where it is used: its name there says more than its content.
extension Migration {
    static let fileMediaTypes = Migration(number: 30, subject: "Media types of files in use") { _ in
        ["template_file", "campaign_file", "content_file"].flatMap { (table: SQL) -> [SQL] in
            [
                "ALTER TABLE \(table) ADD COLUMN media_type TEXT NOT NULL DEFAULT ''",
                // What was frozen stays the same to the byte.
                """
                UPDATE \(table) SET media_type = (SELECT f.media_type FROM file f
                    WHERE f.account_id = \(table).account_id AND f.id = \(table).file_id)
                """,
            ]
        }
    }
}
