/// How often PostgreSQL tidies up behind the ledger.
extension Migration {
    static let ledgerUpkeep: Migration = {
        var migration = Migration(number: 23, subject: "Upkeep of the ledger") { dialect in
            switch dialect {
            case .sqlite: []
            case .postgres:
                [
                    // Each message leaves three old versions of its row behind, and as many entries at the head of the index
                    // by which messages are claimed. By default they stay until they are a fifth of the table.
                    """
                    ALTER TABLE message SET (
                        autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05)
                    """
                ]
            }
        }
        migration.isCompatible = true
        return migration
    }()
}
