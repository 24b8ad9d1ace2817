/// What the program ends with. The numbers from 64 are those of `sysexits.h`, where scripts know them from.
public enum ExitStatus: Int32, Sendable, CaseIterable {
    case success = 0
    /// `send`: everything was tried, but some messages failed, their outcome is unknown, or rows of the file were left out;
    /// with `--dry-run`: rows would be left out.
    case someNotDelivered = 3
    /// The command line is wrong.
    case usage = 64
    /// A file that was given (recipients, template, ledger) holds something unusable.
    case badData = 65
    /// A file or user that was named is not there.
    case notFound = 66
    /// `receive-mail`: an address that was not made here.
    case noSuchAddress = 67
    /// Something outside does not answer or is taken: the mail server, the port.
    case unavailable = 69
    /// A fault of Martlet's.
    case fault = 70
    /// The disk is full or failed.
    case storage = 74
    /// Another process has the data folder or ledger; later it works.
    case tryLater = 75
    /// A file or folder may not be read or written.
    case notPermitted = 77
    /// A setting is wrong.
    case configuration = 78
    /// Stopped by Ctrl-C or SIGTERM; the same command goes on where it stopped.
    case interrupted = 130

    public var meaning: String {
        switch self {
        case .success: "done"
        case .someNotDelivered: "some messages failed, it is unknown whether they arrived, or rows were left out (send)"
        case .usage: "the command line is wrong"
        case .badData: "a given file cannot be used, or rows of it were left out (recipients import)"
        case .notFound: "a named file or user is not there"
        case .noSuchAddress: "the address was not made here (receive-mail)"
        case .unavailable: "the mail server or the database server does not answer, or the port is in use"
        case .fault: "a fault of Martlet's; the log has the details"
        case .storage: "the disk is full or failed"
        case .tryLater:
            "another process has the data folder or the ledger; it cannot be written down now (receive-mail)"
        case .notPermitted: "a file or folder may not be read or written"
        case .configuration: "a setting is wrong"
        case .interrupted: "stopped by a signal; the same command goes on where it stopped"
        }
    }
}

/// Why a command ends: a sentence for the person and a status for the script.
public struct CommandFailure: Error, Hashable, Sendable {
    public let status: ExitStatus
    public let message: String

    public init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }
}
