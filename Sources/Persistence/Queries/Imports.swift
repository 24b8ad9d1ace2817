public import Campaigns
internal import FailPoints

/// What pages and commands ask about imports.
extension AccountScope {
    public func createImport(fileName: String) throws -> Import.ID {
        let now = try transaction.now
        return try transaction.one(
            """
            INSERT INTO import (account_id, file_name, state, created_at, updated_at)
            VALUES (\(id), \(fileName), 'receiving', \(now), \(now)) RETURNING id
            """
        ) { try $0.id(0) }
    }

    public func importRecord(_ importID: Import.ID) throws -> ImportRecord? {
        try transaction.first(
            "SELECT \(ImportRecord.columns) FROM import WHERE account_id = \(id) AND id = \(importID)",
            ImportRecord.init)
    }

    /// The newest first.
    public func imports(limit: Int) throws -> [ImportRecord] {
        try transaction.rows(
            "SELECT \(ImportRecord.columns) FROM import WHERE account_id = \(id) ORDER BY id DESC LIMIT \(limit)",
            ImportRecord.init)
    }

    /// Moves an import on if it is still in the state that the caller saw; from its first line again.
    /// - Returns: whether it was.
    public func moveImport(_ importID: Import.ID, from: ImportState, to: ImportState, details: String? = nil) throws
        -> Bool
    {
        try transaction.run(
            """
            UPDATE import SET state = \(to.rawValue), details = COALESCE(\(details), details), updated_at = \(transaction.now),
                cursor = CASE WHEN \(to == .cancelling) = 1 THEN cursor ELSE 0 END
            WHERE account_id = \(id) AND id = \(importID) AND state = \(from.rawValue)
            """) > 0
    }

    /// Rows of an import by line, those with one of `verdicts` (none for all), behind `line`.
    public func stagedRows(
        of importID: Import.ID, verdicts: [ImportVerdict] = [], after line: Int64, limit: Int
    ) throws -> [StagedRow] {
        let among: SQL =
            verdicts.isEmpty
            ? "1 = 1" : "verdict IN (\(verdicts.map { "\($0.rawValue)" as SQL }.joined(separator: ", ")))"
        return try transaction.rows(
            """
            SELECT \(StagedRow.columns) FROM import_row
            WHERE import_id = (SELECT id FROM import WHERE account_id = \(id) AND id = \(importID))
                AND line > \(line) AND \(among) ORDER BY line LIMIT \(limit)
            """, StagedRow.init)
    }

    /// Whether the account has any recipient at all.
    public func hasRecipients() throws -> Bool {
        try transaction.first("SELECT 1 FROM recipient WHERE account_id = \(id) LIMIT 1") { _ in true } ?? false
    }
}

/// What the import service does, for all accounts.
extension Transaction {
    /// Imports that wait for the service, the oldest first.
    public func importsToDo() throws -> [ImportRecord] {
        try rows(
            "SELECT \(ImportRecord.columns) FROM import WHERE cursor >= 0 AND state NOT IN ('mapping', 'ready') ORDER BY id",
            ImportRecord.init)
    }

    /// The import as it is now, locked until the transaction ends; nil if it is no longer in that state.
    public func lockImport(_ id: Import.ID, in state: ImportState) throws -> ImportRecord? {
        try first(
            """
            UPDATE import SET updated_at = \(now) WHERE id = \(id) AND state = \(state.rawValue)
            RETURNING \(ImportRecord.columns)
            """, ImportRecord.init)
    }

    /// Only for the transaction that locked it.
    public func setImport(
        _ id: Import.ID, state: ImportState, cursor: Int64, details: String? = nil, error: String = ""
    ) throws {
        try run(
            """
            UPDATE import SET state = \(state.rawValue), cursor = \(cursor), details = COALESCE(\(details), details),
                error = \(error) WHERE id = \(id)
            """)
        FailPoint.duringImport.pass()
    }

    public func stage(_ rows: [StagedRow], of id: Import.ID) throws {
        try insert(
            into: "import_row", columns: ["import_id", "line", "cells", "verdict", "note", "email_key"],
            rows: rows.lazy.map { row in
                [
                    id.sqlValue, .integer(row.line), .text(row.cells), .text(row.verdict.rawValue), .text(row.note),
                    .text(row.key),
                ]
            })
    }

    /// Cells, address, verdict and note of a staged row.
    public func judge(_ row: StagedRow, of id: Import.ID) throws {
        try run(
            """
            UPDATE import_row SET cells = \(row.cells), verdict = \(row.verdict.rawValue), note = \(row.note), email_key = \(row.key)
            WHERE import_id = \(id) AND line = \(row.line)
            """)
    }

    public func judge(line: Int64, _ verdict: ImportVerdict, note: String, of id: Import.ID) throws {
        try run(
            """
            UPDATE import_row SET verdict = \(verdict.rawValue), note = \(note) WHERE import_id = \(id) AND line = \(line)
            """)
    }

    /// Rows with an address before `line`, the last one first; with empty cells unless they are asked for.
    public func stagedRows(
        of id: Import.ID, before line: Int64, withCells: Bool, limit: Int
    ) throws -> [StagedRow] {
        let cells: SQL = withCells ? "cells" : "''"
        return try rows(
            """
            SELECT line, \(cells), verdict, note, email_key FROM import_row
            WHERE import_id = \(id) AND line < \(line) AND email_key <> '' ORDER BY line DESC LIMIT \(limit)
            """, StagedRow.init)
    }

    /// Rows behind `line` that are to be applied.
    public func stagedRowsToApply(of record: ImportRecord, after line: Int64, limit: Int) throws -> [StagedRow] {
        try rows(
            """
            SELECT \(StagedRow.columns) FROM import_row
            WHERE import_id = \(record.id) AND line > \(line) AND verdict IN ('', 'changed', 'same')
            ORDER BY line LIMIT \(limit)
            """, StagedRow.init)
    }

    /// Removes about `limit` staged rows behind `line`: all of them, or only those that need no more explanation.
    /// - Returns: the line up to which they are gone; nil if no more follow.
    public func unstage(_ id: Import.ID, after line: Int64, keepsFaults: Bool, limit: Int) throws -> Int64? {
        let end = try first(
            "SELECT line FROM import_row WHERE import_id = \(id) AND line > \(line) ORDER BY line LIMIT 1 OFFSET \(limit)"
        ) { try $0.int64(0) }
        let verdicts: SQL = keepsFaults ? "verdict IN ('', 'changed', 'same')" : "1 = 1"
        try run(
            """
            DELETE FROM import_row WHERE import_id = \(id) AND line > \(line) AND line <= \(end ?? .max) AND \(verdicts)
            """)
        return end
    }
}
