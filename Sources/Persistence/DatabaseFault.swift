/// What storage could not do, with a sentence for whoever runs the installation.
public enum DatabaseFault: Error, Equatable {
    /// A column held something else than the query expects: a fault of ours.
    case unexpectedValue(column: Int)
    /// A statement that always gives a row gave none: a fault of ours.
    case noRow
    /// The file or server could not be opened.
    case unavailable(String)
    /// No space is left.
    case full
    /// The medium failed: an input/output error.
    case failing
    /// The schema was written by a newer Martlet.
    case newerSchema(found: Int, known: Int)
    /// Another process writes and did not end in time, or others were in the way again and again.
    case busy
    /// The database server is not there, or not as it has to be.
    case server(DatabaseServerFault)
    /// The connection broke while a commit was on its way: it may have been made or not. Whoever tries again must see from
    /// what is stored whether there is anything left to do.
    case outcomeUnknown
    /// A unique constraint was violated.
    case duplicate
    /// A foreign key or check was violated (the row belongs to nobody, or to another account), or a column cannot hold the
    /// value.
    case constraint(String)
    case other(String)

    /// The sentence for whoever runs the installation.
    public var userMessage: String {
        switch self {
        case .unexpectedValue, .noRow, .constraint, .other:
            "The database gave an unexpected answer. Nothing was changed; the log has the details."
        case .unavailable(let reason):
            "The database cannot be opened: \(reason). Check that the data folder exists and that Martlet may write to it."
        case .full:
            "The disk is full. Nothing was lost: free some space and try again."
        case .failing:
            "The disk could not be read or written (input/output error). Nothing was lost; look at the system's log, the disk may be about to fail."
        case .newerSchema(let found, let known):
            "This database belongs to a newer Martlet (schema \(found); this one knows \(known)). Start the newer version, or restore a backup made before the upgrade."
        case .busy:
            "The database is busy with another process. Try again in a moment."
        case .server(let fault): fault.userMessage
        case .outcomeUnknown:
            "The connection to the database broke at the moment of saving. Look whether the change is there before you try again."
        case .duplicate:
            "This entry exists already."
        }
    }

    /// Whether it is no fault of the request: later the same one may do. Then ``publicMessage`` is what a visitor may read.
    public var isOutage: Bool {
        switch self {
        case .full, .failing, .busy, .server, .outcomeUnknown: true
        case .unexpectedValue, .noRow, .unavailable, .newerSchema, .duplicate, .constraint, .other: false
        }
    }

    /// Whether it was refused for what was in it: the same again will be refused again, and something else will not.
    public var isAboutRows: Bool {
        switch self {
        case .unexpectedValue, .noRow, .duplicate, .constraint: true
        case .unavailable, .full, .failing, .newerSchema, .busy, .server, .outcomeUnknown, .other: false
        }
    }

    /// The sentence for a visitor of the pages, whom the server's names and settings do not concern.
    public var publicMessage: String {
        switch self {
        case .server: "The database cannot be used just now. Nothing was changed: try again in a moment."
        default: userMessage
        }
    }
}

/// What the log says: the sentence, or, where it is a fault of ours, what is known of it.
extension DatabaseFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unexpectedValue(let column): "Column \(column) held something else than was expected."
        case .noRow: "A statement that always gives a row gave none."
        case .duplicate: "A unique constraint was violated."
        case .constraint(let words), .other(let words): words
        case .unavailable, .full, .failing, .newerSchema, .busy, .server, .outcomeUnknown: userMessage
        }
    }
}
