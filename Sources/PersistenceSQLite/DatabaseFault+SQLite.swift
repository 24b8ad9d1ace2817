internal import GRDB
internal import Persistence

extension DatabaseFault {
    init(_ error: DatabaseError) {
        switch error.resultCode {
        case .SQLITE_FULL: self = .full
        case .SQLITE_IOERR: self = .failing
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy
        case .SQLITE_CANTOPEN, .SQLITE_NOTADB, .SQLITE_READONLY, .SQLITE_CORRUPT, .SQLITE_PERM, .SQLITE_AUTH:
            self = .unavailable(error.message ?? "the file cannot be used")
        case .SQLITE_CONSTRAINT:
            switch error.extendedResultCode {
            case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY: self = .duplicate
            default: self = .constraint(error.message ?? "a constraint failed")
            }
        default: self = .other("SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no message")")
        }
    }

    init(opening path: String, _ error: any Error) {
        self =
            switch error {
            case let error as DatabaseError: DatabaseFault(error)
            default: .unavailable("\(path): \(error)")
            }
        if case .other(let text) = self { self = .unavailable("\(path): \(text)") }
    }
}
