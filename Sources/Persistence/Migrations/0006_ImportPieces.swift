/// A file that is imported is staged in pieces of some thousand rows (docs/decisions/0004), and who writes recipients
/// counts them.
extension Migration {
    static let importPieces = Migration(number: 6, subject: "Import pieces") { dialect in
        [
            // packed: row_count rows of the file (Importing's ImportPiece), which end before or at last_line; between them
            // are rows of import_row.
            """
            CREATE TABLE import_piece (
                account_id BIGINT NOT NULL, import_id BIGINT NOT NULL, number BIGINT NOT NULL,
                last_line BIGINT NOT NULL, row_count BIGINT NOT NULL, packed \(dialect.blob) NOT NULL,
                PRIMARY KEY (account_id, import_id, number),
                FOREIGN KEY (account_id, import_id) REFERENCES import (account_id, id) ON DELETE CASCADE)
            """,
            // An octet for each row of a piece; there is no row where all of them are new.
            """
            CREATE TABLE import_verdict (
                account_id BIGINT NOT NULL, import_id BIGINT NOT NULL, number BIGINT NOT NULL,
                verdicts \(dialect.blob) NOT NULL,
                PRIMARY KEY (account_id, import_id, number),
                FOREIGN KEY (account_id, import_id) REFERENCES import (account_id, id) ON DELETE CASCADE)
            """,
            // What was staged row by row cannot go on.
            """
            UPDATE import SET state = 'failed', cursor = 0,
                error = 'Martlet was updated before this import had ended. Upload the file again: what is there already stays as it is.'
            WHERE state NOT IN ('finished', 'cancelled', 'failed')
            """,
        ] + dialect.uncompressedPieces + dialect.uncountingRecipients
    }
}
