public import Campaigns
internal import Persistence

/// An import as a page or a terminal shows it.
public struct ImportStatus: Sendable {
    public let id: Import.ID
    public let fileName: String
    public let state: ImportState
    public let details: ImportDetails
    public let createdAt: Instant
    public let updatedAt: Instant
    /// A sentence that says why the import failed; empty otherwise.
    public let error: String

    /// 0 to 1 of the present state; nil where the end is not known.
    public var progress: Double? {
        switch state {
        case .analysing: Self.fraction(details.done, details.rows)
        case .applying: Self.fraction(details.done, details.toApply)
        case .finished: 1
        default: nil
        }
    }

    private static func fraction(_ part: Int, _ whole: Int) -> Double {
        whole == 0 ? 1 : min(1, Double(part) / Double(whole))
    }

    init(_ record: ImportRecord) throws {
        id = record.id
        fileName = record.fileName
        state = record.state
        details = try ImportDetails(json: record.details)
        createdAt = record.createdAt
        updatedAt = record.updatedAt
        error = record.error
    }
}

/// One row of a preview.
public struct ImportPreviewRow: Sendable, Hashable {
    /// In the file, from 1.
    public let line: Int
    /// Its fields in the file's order, as they are imported; without the empty ones at the end.
    public let cells: [String]
    public let verdict: ImportVerdict
    /// What is wrong with it; empty if nothing is.
    public let note: String

    init(_ row: StagedRow) {
        line = Int(row.line)
        cells = row.cells.split(separator: "\u{1F}", omittingEmptySubsequences: false).map(String.init)
        verdict = row.verdict
        note = row.note
    }
}

/// Why something about an import could not be done.
public enum ImportFault: Error, Hashable, Sendable {
    case unknown
    /// It has moved on since the page was made.
    case wrongState(ImportState)
    case noEmailColumn
    case noSuchColumn
    case twoColumns(RecipientField)
    /// The file holds nothing that can be imported: the sentence that the import keeps.
    case unusable(String)
    case needsMapping([String])
    /// What an earlier version staged in pieces that are too large to be worked on.
    case tooLarge

    public var userMessage: String {
        switch self {
        case .unknown: "There is no such import; it may have been removed."
        case .wrongState(.finished): "This import has finished already."
        case .wrongState(.cancelled), .wrongState(.cancelling): "This import was cancelled; upload the file again."
        case .wrongState(.failed): "This import has failed; upload the file again."
        case .wrongState(.applying): "This import is running already."
        case .wrongState(.receiving), .wrongState(.analysing):
            "The file is still being read; wait until its counts are shown."
        case .wrongState: "This import is waiting for something else; open it again."
        case .noEmailColumn: "No column was chosen for the e-mail address; choose the one that holds it."
        case .noSuchColumn: "The file has no such column; open the import again."
        case .twoColumns(let field): "Two columns were chosen for \(field.rawValue); choose one of them."
        case .unusable(let sentence): sentence
        case .tooLarge: "The file's rows are too large to be imported together. Divide it, and upload its parts."
        case .needsMapping(let sentences): sentences.joined(separator: " ")
        }
    }
}
