extension HeldWork {
    /// What ``Transaction/holdWork(because:)`` does, as a script: behind a restored dump (which has no search path), or a copy.
    public static func script(because reason: String, schema: String = "") -> String {
        let quoted = reason.replacing("'", with: "''")
        return """
            UPDATE \(schema)campaign SET state = 'paused', paused_reason = '\(quoted)'
            WHERE state IN ('scheduled', 'planning', 'sending');
            DELETE FROM \(schema)session;
            """
    }

    /// Puts the schema aside, under a name that says when.
    public static func asideScript(schema name: String) -> String {
        "ALTER SCHEMA public RENAME TO \(name); CREATE SCHEMA public;"
    }
}
