/// Recipients whose rows PostgreSQL takes without a question to the account's row for each, and imports that one process at
/// a time works on (docs/decisions/0033).
extension Migration {
    static let leanImports: Migration = {
        var migration = Migration(number: 27, subject: "Lean imports") { dialect in
            // worker: who works on the import, which others leave alone while `updated_at` moves on.
            let worker: SQL = "ALTER TABLE import ADD COLUMN worker TEXT NOT NULL DEFAULT ''"
            switch dialect {
            case .sqlite: return [worker]  // a look into a tree that is in memory
            case .postgres:
                return [
                    worker,
                    "ALTER TABLE recipient DROP CONSTRAINT recipient_account_id_fkey",
                    // Whoever is writing recipients holds the account's row (`AccountScope.lockRecipients`), and is waited for.
                    """
                    CREATE FUNCTION remove_recipients() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                        DELETE FROM recipient WHERE account_id = OLD.id;
                        RETURN NULL;
                    END $$
                    """,
                    """
                    CREATE TRIGGER account_removed AFTER DELETE ON account
                    FOR EACH ROW EXECUTE FUNCTION remove_recipients()
                    """,
                    // Nobody looks for a recipient without its account, so one index does for both.
                    "ALTER TABLE recipient DROP CONSTRAINT recipient_pkey",
                    "DROP INDEX recipient_of_account",
                    "ALTER TABLE recipient ADD CONSTRAINT recipient_pkey PRIMARY KEY (account_id, id)",
                ]
            }
        }
        migration.isCompatible = true
        return migration
    }()
}
