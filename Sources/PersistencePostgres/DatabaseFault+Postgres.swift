internal import CLibPQ
internal import Persistence

/// Why a statement was refused, by SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), and what that
/// means for its transaction.
struct PostgresRefusal {
    let fault: DatabaseFault
    /// Another transaction was in the way: the same one may succeed now.
    let isConflict: Bool
    /// The connection is of no use any more: it ended, or leads to a server that only reads.
    let endsConnection: Bool
    /// What was prepared no longer fits the schema.
    let endsStatements: Bool

    init(state: String, message: String) {
        fault = Self.fault(state: state, message: message)
        // A statement that was prepared before a migration changed its table may be refused once (0A000).
        endsStatements = state == "0A000" && message.contains("cached plan")
        isConflict = state == "40001" || state == "40P01" || endsStatements
        endsConnection = state.hasPrefix("57P") || state.hasPrefix("08") || state == "25006" || state == "25P03"
    }

    private static func fault(state: String, message: String) -> DatabaseFault {
        switch state {
        case "23505": .duplicate
        // 22: a value that the column cannot hold.
        case _ where state.hasPrefix("23") || state.hasPrefix("22"): .constraint(message)
        case "40001", "40P01", "55P03": .busy
        case "53100": .full
        case "53300": .server(.tooManyConnections)
        case "58030": .failing
        case "25006": .server(.readOnly)
        // 25P03: the server waited too long for us in a transaction.
        case _ where state.hasPrefix("57P") || state.hasPrefix("08") || state == "25P03": .server(.away(message))
        case "42501": .server(.notPermitted(message))
        case "26000", "42P05": .server(.noPreparedStatements)
        default: .other("PostgreSQL \(state): \(message)")
        }
    }
}

extension DatabaseFault {
    /// Why no connection came about. libpq gives no code for that, only words, the server's own among them; where they are
    /// in another language, the person reads them as they are.
    init(connecting words: String) {
        let text = words.split(separator: "\n").map(String.init)
            .map { $0.hasPrefix("\t") ? String($0.dropFirst()) : $0 }.joined(separator: " ")
        func says(_ parts: String...) -> Bool { parts.contains { text.contains($0) } }
        if says("authentication failed", "no password supplied", "no pg_hba.conf entry")
            || says("role \"") && says("does not exist")
        {
            self = .server(.loginRefused(text))
        } else if says("too many clients", "remaining connection slots", "too many connections") {
            self = .server(.tooManyConnections)
        } else if says("database \""), says("does not exist") {
            self = .server(.noDatabase(text))
        } else if says("SSL", "certificate", "TLS") {
            self = .server(.encryption(text))
        } else if says("read-only", "hot standby mode") {
            self = .server(.readOnly)
        } else {
            self = .server(.away(text))
        }
    }
}
