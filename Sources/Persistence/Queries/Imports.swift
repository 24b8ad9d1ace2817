public import Campaigns
internal import FailPoints

/// What pages and commands ask about imports.
extension AccountScope {
    /// - Parameter worker: who is going to work on it; empty for whoever comes.
    public func createImport(fileName: String, worker: String = "") throws -> Import.ID {
        let now = try transaction.now
        return try transaction.one(
            """
            INSERT INTO import (account_id, file_name, state, created_at, updated_at, worker)
            VALUES (\(id), \(fileName), 'receiving', \(now), \(now), \(worker)) RETURNING id
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
    /// - Parameter worker: who is going to work on it; empty for whoever comes.
    /// - Returns: whether it was.
    public func moveImport(
        _ importID: Import.ID, from: ImportState, to: ImportState, details: String? = nil, worker: String = ""
    ) throws -> Bool {
        try transaction.run(
            """
            UPDATE import SET state = \(to.rawValue), details = COALESCE(\(details), details), updated_at = \(transaction.now),
                worker = \(worker),
                cursor = CASE WHEN \(to == .cancelling) = 1 THEN cursor ELSE 0 END
            WHERE account_id = \(id) AND id = \(importID) AND state = \(from.rawValue)
            """) > 0
    }

    /// Rows that stand alone because something is to be said about them, by line: those with one of `verdicts`, behind
    /// `line` and not behind `end`.
    public func stagedRows(
        of importID: Import.ID, verdicts: [ImportVerdict], after line: Int64, upTo end: Int64 = .max, limit: Int = .max
    ) throws -> [StagedRow] {
        guard !verdicts.isEmpty else { return [] }
        return try transaction.rows(
            """
            SELECT \(StagedRow.columns) FROM import_row
            WHERE import_id = (SELECT id FROM import WHERE account_id = \(id) AND id = \(importID))
                AND line > \(line) AND line <= \(end) AND verdict IN (\(verdicts.map { "\($0.rawValue)" as SQL }.joined(separator: ", ")))
            ORDER BY line LIMIT \(limit)
            """, StagedRow.init)
    }

    /// Whether the account has any recipient at all.
    public func hasRecipients() throws -> Bool {
        try transaction.first("SELECT 1 FROM recipient WHERE account_id = \(id) LIMIT 1") { _ in true } ?? false
    }
}

extension AccountScope {
    /// Whether another import than this one adds recipients, or takes them back.
    public func isWritten(byOthersThan importID: Import.ID) throws -> Bool {
        try transaction.first(
            """
            SELECT 1 FROM import WHERE account_id = \(id) AND state IN ('applying', 'cancelling') AND id <> \(importID) LIMIT 1
            """
        ) { _ in true } ?? false
    }
}

extension Import {
    /// Who has not stored anything for so long is taken to be gone. A step takes less than a second.
    static let silence = Duration.seconds(10)
}

/// What the import service does, for all accounts.
extension Transaction {
    /// Imports that wait for the service, the oldest first.
    public func importsToDo() throws -> [ImportRecord] {
        try rows(
            "SELECT \(ImportRecord.columns) FROM import WHERE cursor >= 0 AND state NOT IN ('mapping', 'ready') ORDER BY id",
            ImportRecord.init)
    }

    /// Takes an import on, unless somebody else is at it: two who work on one each do what the other has just done. Nothing
    /// depends on it, for whoever comes second finds the step taken (``lockImport(_:in:)``).
    /// - Parameter worker: the same for all that one process does.
    public func claimImport(_ id: Import.ID, for worker: String) throws -> Bool {
        let now = try now
        return try run(
            """
            UPDATE import SET worker = \(worker), updated_at = \(now)
            WHERE id = \(id) AND (worker IN ('', \(worker)) OR updated_at <= \(now - Import.silence))
            """) > 0
    }

    /// Leaves what somebody was at to others, who then need not wait for his silence.
    public func releaseImports(of worker: String) throws {
        try run("UPDATE import SET worker = '' WHERE worker = \(worker) AND cursor >= 0")
    }

    /// For transactions that write parts of an import beside each other and end one after the other: says that this is part
    /// `number`. First of all.
    public func beginPart(_ number: Int, of id: Import.ID) throws {
        try lock(name: "import \(id.rawValue) part \(number)")
    }

    /// Waits for the end of the part before. It may have been rolled back, so look (``lockImport(_:in:)``).
    public func awaitPart(before number: Int, of id: Import.ID) throws {
        if number > 0 { try lock(name: "import \(id.rawValue) part \(number - 1)") }
    }

    /// The import as it is now, locked until the transaction ends; nil if it is no longer in that state.
    public func lockImport(_ id: Import.ID, in state: ImportState) throws -> ImportRecord? {
        try first(
            """
            UPDATE import SET updated_at = \(now) WHERE id = \(id) AND state = \(state.rawValue)
            RETURNING \(ImportRecord.columns)
            """, ImportRecord.init)
    }

    /// Has PostgreSQL look at the recipients anew, which by itself it does a minute later: until then lists and searches might be
    /// read as if there were hardly any. Whoever holds the lock looks already.
    public func recipientsWereImported() throws {
        guard dialect == .postgres else { return }
        try run("ANALYZE (SKIP_LOCKED) recipient")
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
        guard !rows.isEmpty else { return }
        try insert(
            into: "import_row", columns: ["import_id", "line", "cells", "verdict", "note", "email_key"],
            rows: rows.lazy.map { row in
                [
                    id.sqlValue, .integer(row.line), .text(row.cells), .text(row.verdict.rawValue), .text(row.note),
                    .text(row.key),
                ]
            })
    }

    /// Removes the rows behind `line` and not behind `end` that were wrong, to judge them again.
    public func unstageWrong(of id: Import.ID, after line: Int64, upTo end: Int64) throws {
        try run(
            """
            DELETE FROM import_row WHERE import_id = \(id) AND line > \(line) AND line <= \(end) AND verdict = 'wrong'
            """)
    }

    /// Removes up to `limit` rows that stand alone: all of them, or only those that need no more explanation.
    /// - Returns: whether more are left.
    public func unstage(_ id: Import.ID, keepsFaults: Bool, limit: Int) throws -> Bool {
        let verdicts: SQL = keepsFaults ? "verdict = 'changed'" : "1 = 1"
        return try run(
            """
            DELETE FROM import_row WHERE import_id = \(id) AND line IN (
                SELECT line FROM import_row WHERE import_id = \(id) AND \(verdicts) ORDER BY line LIMIT \(limit))
            """) == limit
    }
}
