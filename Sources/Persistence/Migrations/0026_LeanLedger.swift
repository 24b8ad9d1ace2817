/// A ledger whose rows PostgreSQL takes without a question to the campaign's row for each (docs/decisions/0035).
extension Migration {
    static let leanLedger: Migration = {
        var migration = Migration(number: 26, subject: "Lean ledger") { dialect in
            switch dialect {
            case .sqlite: []  // a look into a tree that is in memory
            case .postgres:
                [
                    "ALTER TABLE message DROP CONSTRAINT message_account_id_campaign_id_fkey",
                    "ALTER TABLE attempt DROP CONSTRAINT attempt_account_id_campaign_id_fkey",
                    // Messages first: whoever is just writing about one of them holds its row, and is waited for. What it
                    // wrote into `attempt` is there for the second statement.
                    """
                    CREATE FUNCTION remove_ledger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                        DELETE FROM message WHERE account_id = OLD.account_id AND campaign_id = OLD.id;
                        DELETE FROM attempt WHERE account_id = OLD.account_id AND campaign_id = OLD.id;
                        RETURN NULL;
                    END $$
                    """,
                    """
                    CREATE TRIGGER campaign_removed AFTER DELETE ON campaign
                    FOR EACH ROW EXECUTE FUNCTION remove_ledger()
                    """,
                ]
            }
        }
        migration.isCompatible = true
        return migration
    }()
}
