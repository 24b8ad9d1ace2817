internal import CLibPQ
internal import Foundation
internal import Persistence

/// How a connection comes about, and what its server has to be.
extension PostgresConnection {
    /// What the address does not say. A server that is gone without a word is noticed within a minute.
    private static let defaults = [
        ("connect_timeout", "10"), ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
        ("tcp_user_timeout", "40000"),
    ]

    /// Connects, whatever the server is.
    ///
    /// - Parameter application: what the server's administrator sees, unless the address says otherwise.
    /// - Throws: ``DatabaseFault`` with what is to be done about it.
    static func connect(_ address: String, application: String) throws -> OpaquePointer {
        let options =
            defaults + [("fallback_application_name", application), ("dbname", address), ("client_encoding", "UTF8")]
        let keys = options.map { strdup($0.0) }
        let values = options.map { strdup($0.1) }
        defer { for text in keys + values { free(text) } }
        // The second of the two wins where both name something; `dbname` is taken apart.
        let opened = PQconnectdbParams(
            keys.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1)
        guard let opened else { throw DatabaseFault.other("no memory for a connection") }
        guard PQstatus(opened) == CONNECTION_OK else {
            let words = String(cString: PQerrorMessage(opened))
            PQfinish(opened)
            throw DatabaseFault(connecting: words)
        }
        PQsetNoticeProcessor(opened, { _, _ in }, nil)
        return opened
    }

    func checkServer(_ handle: OpaquePointer) throws {
        let version = Int(PQserverVersion(handle))
        guard version >= 130_000 else {
            throw DatabaseFault.server(.tooOld(version < 100_000 ? "9" : String(version / 10_000)))
        }
        let answer = try query("SELECT pg_is_in_recovery(), current_setting('server_encoding')")
        guard answer.text(row: 0, column: 0) == "f" else { throw DatabaseFault.server(.readOnly) }
        let encoding = answer.text(row: 0, column: 1)
        guard encoding == "UTF8" else { throw DatabaseFault.server(.encoding(encoding)) }
    }
}
