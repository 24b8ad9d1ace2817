/// What PostgreSQL has to be given that SQLite's driver brings along.
extension Migration {
    static let postgres = Migration(number: 4, subject: "PostgreSQL") { dialect in
        switch dialect {
        case .sqlite: []
        case .postgres: [foldFunction]
        }
    }

    /// Case and composition folded, as SQLite's `martlet_fold`. `lower()` of the database's own locale may know ASCII only,
    /// so the function names a collation that knows all letters: that of PostgreSQL 17 and newer, the C library's, ICU's.
    private static let foldFunction: SQL = """
        DO $do$
        DECLARE letters text;
        BEGIN
            SELECT quote_ident(collname) INTO letters FROM pg_collation
            WHERE collnamespace = 'pg_catalog'::regnamespace AND collname IN ('pg_c_utf8', 'C.utf8', 'und-x-icu')
                AND collencoding IN (-1, pg_char_to_encoding('UTF8'))
            ORDER BY array_position(ARRAY['pg_c_utf8', 'C.utf8', 'und-x-icu'], collname::text) LIMIT 1;
            EXECUTE format(
                'CREATE FUNCTION martlet_fold(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS %L',
                format('SELECT lower(normalize($1, NFC) COLLATE %s)', COALESCE(letters, '"default"')));
        END $do$
        """
}

extension Dialect {
    /// What follows each migration, in its transaction.
    ///
    /// Texts are compared as SQLite compares them, octet by octet: sorting is the same in both databases, faster, and no
    /// index breaks when the server's C library learns a new order. Only columns that this transaction made are touched:
    /// there may be other tables in the database.
    var afterMigration: [SQL] {
        switch self {
        case .sqlite: []
        case .postgres:
            [
                """
                DO $do$
                DECLARE change text;
                BEGIN
                    FOR change IN
                        SELECT format('ALTER TABLE %s ALTER COLUMN %I TYPE text COLLATE "C"', t.oid::regclass, a.attname)
                        FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
                        WHERE t.relkind = 'r' AND a.atttypid = 'text'::regtype AND a.xmin = pg_current_xact_id()::xid
                            AND a.attnum > 0 AND NOT a.attisdropped AND a.attcollation <> 'pg_catalog."C"'::regcollation
                    LOOP
                        EXECUTE change;
                    END LOOP;
                END $do$
                """
            ]
        }
    }
}
