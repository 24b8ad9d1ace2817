/// What keeps a database server from being used, with a sentence that says what to do. None of them holds a password.
public enum DatabaseServerFault: Error, Hashable, Sendable {
    /// It does not answer, or ended the connection. With its words, or those of the network.
    case away(String)
    case tooManyConnections
    /// A standby, or a server that was told to take no changes.
    case readOnly
    /// Its major version.
    case tooOld(String)
    case loginRefused(String)
    case noDatabase(String)
    /// TLS did not come about.
    case encryption(String)
    /// The database's encoding, which is not UTF8.
    case encoding(String)
    case notPermitted(String)
    /// A pooler between us and the server gives each transaction another connection.
    case noPreparedStatements

    public var userMessage: String {
        switch self {
        case .away(let words):
            "The database server cannot be reached (\(words)). See whether PostgreSQL runs and whether its address is right (DATABASE_URL, or POSTGRES_HOST and POSTGRES_PORT); Martlet goes on by itself when it is back."
        case .tooManyConnections:
            "The database server has no connection left. Raise its max_connections, or lower DATABASE_CONNECTIONS on the nodes."
        case .readOnly:
            "The database server takes no changes: it is a standby, or set to read-only. Set the address of the primary (in DATABASE_URL, or POSTGRES_HOST; a DATABASE_URL with several hosts takes target_session_attrs=read-write)."
        case .tooOld(let version):
            "The database server is PostgreSQL \(version), which is too old. Martlet needs 13 or newer."
        case .loginRefused(let words):
            "The database server refused the login (\(words)). Check user and password (DATABASE_URL, or POSTGRES_USER and POSTGRES_PASSWORD), and pg_hba.conf on the server."
        case .noDatabase(let words):
            "The database is not there (\(words)). Make it on the server, for example with: createdb --encoding=UTF8 --template=template0 NAME."
        case .encryption(let words):
            "No encrypted connection to the database server came about (\(words)). Check sslmode and sslrootcert (of DATABASE_URL, or PGSSLMODE and PGSSLROOTCERT), and the server's certificate."
        case .encoding(let encoding):
            "The database's encoding is \(encoding). Martlet needs UTF8: make another one with: createdb --encoding=UTF8 --template=template0 NAME."
        case .notPermitted(let words):
            "The database user may not do what is needed (\(words)). Let it own the database, or grant it CREATE on the schema."
        case .noPreparedStatements:
            "The connection leads through a pooler that does not keep prepared statements, such as PgBouncer in transaction pooling. Set DATABASE_PREPARED=false."
        }
    }

    /// Whether waiting may help; otherwise a setting has to be changed.
    public var mayPass: Bool {
        switch self {
        case .away, .tooManyConnections, .readOnly: true
        case .tooOld, .loginRefused, .noDatabase, .encryption, .encoding, .notPermitted, .noPreparedStatements: false
        }
    }
}
