public import Campaigns

/// A row of `import`.
public struct ImportRecord: Sendable {
    public let id: Import.ID
    public let accountID: Account.ID
    public let fileName: String
    public let state: ImportState
    /// JSON of Importing's `ImportDetails`.
    public let details: String
    /// The last piece of the file that is done in this state; -1 when nothing is left to do.
    public let cursor: Int64
    /// A sentence; empty unless the import failed.
    public let error: String
    public let createdAt: Instant
    public let updatedAt: Instant
    /// Who works on it (`Transaction.claimImport`); empty for nobody.
    public let worker: String

    static let columns: SQL = "id, account_id, file_name, state, details, cursor, error, created_at, updated_at, worker"

    init(_ row: any Row) throws {
        id = try row.id(0)
        accountID = try row.id(1)
        fileName = try row.string(2)
        state = try row.value(3)
        details = try row.string(4)
        cursor = try row.int64(5)
        error = try row.string(6)
        createdAt = try row.instant(7)
        updatedAt = try row.instant(8)
        worker = try row.string(9)
    }
}

/// A row of the file about which something is to be said.
public struct StagedRow: Sendable {
    /// In the file, from 1.
    public var line: Int64
    /// The fields in the file's order, normalised, joined by U+001F; the empty ones at the end may be missing.
    public var cells: String
    public var verdict: ImportVerdict
    /// What is wrong with it, or empty.
    public var note: String
    /// `EmailAddress.key`; empty if it has no valid address.
    public var key: String

    public init(line: Int64, cells: String, verdict: ImportVerdict = .new, note: String = "", key: String = "") {
        self.line = line
        self.cells = cells
        self.verdict = verdict
        self.note = note
        self.key = key
    }

    static let columns: SQL = "line, cells, verdict, note, email_key"

    init(_ row: any Row) throws {
        line = try row.int64(0)
        cells = try row.string(1)
        verdict = try row.value(2)
        note = try row.string(3)
        key = try row.string(4)
    }
}
