internal import Campaigns

/// What the `recipient` table needs of each database.
extension Dialect {
    /// A further column of an index that is only read along. PostgreSQL refuses index rows of more than 2,700 octets, so
    /// there it has to be left out.
    func covering(_ column: SQL) -> SQL {
        switch self {
        case .sqlite: ", \(column)"
        case .postgres: ""
        }
    }

    /// The recipients `r` of an account whose ids are in blocks of 64 and of whom a condition holds: a source of rows behind a
    /// table `block (first_id)`, and a condition.
    ///
    /// PostgreSQL takes a range between two columns for a ninth of the table, however short it is, and would walk over all
    /// recipients: it has to be told that there are 64 at most. The condition stands in there, and only columns that are asked
    /// for come out: with all of them, and the condition outside, a row took half as long again.
    func recipientsOfBlocks(
        account: Account.ID, columns: SQL, where condition: SQL
    ) -> (source: SQL, condition: SQL) {
        let ofBlock: SQL = "r.id >= block.first_id AND r.id < block.first_id + 64 AND \(condition)"
        return switch self {
        case .sqlite: ("block CROSS JOIN recipient r", ofBlock)
        case .postgres:
            (
                """
                block CROSS JOIN LATERAL (
                    SELECT \(columns) FROM recipient r WHERE r.account_id = \(account) AND \(ofBlock)
                    ORDER BY r.account_id, r.id LIMIT 64) r
                """, "1 = 1"
            )
        }
    }

    /// How many recipients are looked through only to count those that match, once a page of them is full; nil for any number.
    /// A row takes about four times as long on PostgreSQL, whose buffers its pages have to pass.
    var recipientsCountedFurther: Int? {
        switch self {
        case .sqlite: nil
        case .postgres: 4_096
        }
    }

    /// Keeps the number of an account's recipients in its row, whoever adds or removes them: counting a million rows for
    /// each page takes longer than the page.
    var countingRecipients: [SQL] {
        switch self {
        case .sqlite:
            [
                """
                CREATE TRIGGER recipient_added AFTER INSERT ON recipient BEGIN
                    UPDATE account SET recipients = recipients + 1 WHERE id = NEW.account_id;
                END
                """,
                """
                CREATE TRIGGER recipient_removed AFTER DELETE ON recipient BEGIN
                    UPDATE account SET recipients = recipients - 1 WHERE id = OLD.account_id;
                END
                """,
            ]
        case .postgres:
            [
                """
                CREATE FUNCTION count_recipients() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    UPDATE account SET recipients = account.recipients + c.rows * TG_ARGV[0]::bigint
                    FROM (SELECT account_id, COUNT(*) AS rows FROM affected GROUP BY account_id) c
                    WHERE account.id = c.account_id;
                    RETURN NULL;
                END $$
                """,
                """
                CREATE TRIGGER recipient_added AFTER INSERT ON recipient REFERENCING NEW TABLE AS affected
                FOR EACH STATEMENT EXECUTE FUNCTION count_recipients('1')
                """,
                """
                CREATE TRIGGER recipient_removed AFTER DELETE ON recipient REFERENCING OLD TABLE AS affected
                FOR EACH STATEMENT EXECUTE FUNCTION count_recipients('-1')
                """,
            ]
        }
    }

    /// Without those triggers again (`AccountScope.insertRecipients`).
    var uncountingRecipients: [SQL] {
        switch self {
        case .sqlite: ["DROP TRIGGER recipient_added", "DROP TRIGGER recipient_removed"]
        case .postgres:
            [
                "DROP TRIGGER recipient_added ON recipient", "DROP TRIGGER recipient_removed ON recipient",
                "DROP FUNCTION count_recipients()",
            ]
        }
    }

    /// What is written once and read as a whole is not compressed.
    var uncompressedPieces: [SQL] {
        switch self {
        case .sqlite: []
        case .postgres: ["ALTER TABLE import_piece ALTER COLUMN packed SET STORAGE EXTERNAL"]
        }
    }

    /// How many transactions are worth while that write rows of one import at the same time.
    public var importsBeside: Int {
        switch self {
        case .sqlite: 1  // there is one writer
        case .postgres: 2
        }
    }

    /// The ids that come next: the first of `count` that follow each other, and an empty text; or all of them in that text,
    /// with commas between them, where others took some of those between. PostgreSQL looks for the sequence's name once, not
    /// for each number: that took a third of an import.
    func nextRecipientIDs(_ count: Int) -> SQL {
        switch self {
        case .sqlite: "SELECT COALESCE(MAX(seq), 0) + 1, '' FROM sqlite_sequence WHERE name = 'recipient'"
        case .postgres:
            """
            SELECT MIN(id), CASE WHEN MAX(id) - MIN(id) = COUNT(*) - 1 THEN '' ELSE string_agg(CAST(id AS text), ',') END
            FROM (SELECT nextval((SELECT CAST(pg_get_serial_sequence('recipient', 'id') AS regclass))) AS id
                FROM generate_series(1, CAST(\(count) AS bigint))) taken
            """
        }
    }
}
