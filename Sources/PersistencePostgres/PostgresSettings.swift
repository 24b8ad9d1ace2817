internal import CLibPQ

/// Where a PostgreSQL database is and how it is used. Shown nowhere: it may hold a password.
public struct PostgresSettings: Sendable, CustomStringConvertible, CustomReflectable {
    /// A `postgres://` address or `key=value` pairs, with all that libpq knows
    /// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING).
    let address: String
    /// How many connections at most; at least 2, so that a slow page never holds up the ledger.
    public let connections: Int
    /// Whether statements are prepared once for each connection. Not through a PgBouncer in transaction pooling, where the
    /// next transaction has another server connection.
    public let preparesStatements: Bool

    public var description: String { "PostgresSettings(…)" }
    public var customMirror: Mirror { Mirror(self, children: []) }

    public init(address: String, connections: Int = 8, preparesStatements: Bool = true) {
        self.address = address
        self.connections = max(2, connections)
        self.preparesStatements = preparesStatements
    }

    public func with(connections: Int, preparesStatements: Bool) -> PostgresSettings {
        PostgresSettings(address: address, connections: connections, preparesStatements: preparesStatements)
    }

    /// Whether libpq can read an address. Its own words about a wrong one are not passed on: they repeat the password.
    public static func isAddress(_ text: String) -> Bool {
        guard !text.contains("\0") else { return false }
        guard let options = PQconninfoParse(text, nil) else { return false }
        PQconninfoFree(options)
        return true
    }

    /// A part of an address ("host", "dbname", "user"), as libpq reads it; nil where it says nothing. Not for the password.
    public static func part(_ keyword: String, of address: String) -> String? {
        guard keyword != "password", let options = PQconninfoParse(address, nil) else { return nil }
        defer { PQconninfoFree(options) }
        var option = options
        while let name = option.pointee.keyword {
            if String(cString: name) == keyword { return option.pointee.val.map { String(cString: $0) } }
            option += 1
        }
        return nil
    }

    /// `key='value'` pairs, quoted so that a value can be anything.
    public static func address(of parts: [(key: String, value: String)]) -> String {
        parts.map { key, value in
            let quoted = value.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
            return "\(key)='\(quoted)'"
        }.joined(separator: " ")
    }
}
