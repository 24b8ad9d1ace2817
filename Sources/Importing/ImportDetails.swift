public import Campaigns

/// What is known about an import beside its state: stored as JSON.
public struct ImportDetails: Sendable, Hashable, Codable {
    public struct Column: Sendable, Hashable, Codable {
        /// As in the file; “Column 3” where the file has no header.
        public var heading: String
        /// The field that the column is imported into; nil for none.
        public var field: RecipientField?
    }

    public var columns: [Column] = []
    /// For a person: “UTF-8”.
    public var encoding = ""
    /// For a person: “comma”.
    public var delimiter = ""
    /// Sentences about the file that do not stop the import.
    public var warnings: [String] = []

    /// Data rows of the file, those that could not be read among them. The five counts below add up to it once the
    /// import is `ready`.
    public var rows = 0
    public var new = 0
    public var changed = 0
    public var same = 0
    /// Rows whose address comes again further down.
    public var repeated = 0
    /// Rows that cannot be imported, for their values or their form.
    public var wrong = 0

    /// Rows that this state has done, of `rows` while analysing and of `toApply` while applying.
    public var done = 0
    public var toApply: Int { new + changed + same }

    /// The column whose addresses the staged rows are keyed by.
    var keyedColumn: Int?
    /// `created_at` of all recipients that this import adds; microseconds.
    var stamp: Int64?
    /// While applying: the last piece of the window that is being written, and how many of its rows are done.
    var windowEnd: Int64?
    var windowDone = 0
    /// Of how many pieces a window is that has begun; nil from a version in which it was always of eight.
    var windowPieces: Int?

    /// How many processes have begun with the present state, came no further, and never said that they end.
    var beginnings: Int?

    /// Where each field is in the file.
    public var mapping: [RecipientField: Int] {
        var mapping: [RecipientField: Int] = [:]
        for (index, column) in columns.enumerated() {
            if let field = column.field, mapping[field] == nil { mapping[field] = index }
        }
        return mapping
    }
}
