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
    /// Another process writes and did not end in time.
    case busy
    /// A unique constraint was violated.
    case duplicate
    /// A foreign key or check was violated: the row belongs to nobody, or to another account.
    case constraint(String)
    case other(String)

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
        case .duplicate:
            "This entry exists already."
        }
    }
}
