/// What a copy does to its target around the rows.
public enum CopyScripts {
    /// Migrating has noted the schema's version already; the source's note is the same, and comes with its rows.
    public static var beforeRows: String { "DELETE FROM setting WHERE name = '\(SchemaVersion.noteName)'" }

    /// Triggers have counted the recipients once more.
    public static let afterRows = """
        UPDATE account SET recipients = (SELECT COUNT(*) FROM recipient r WHERE r.account_id = account.id)
        """
}
