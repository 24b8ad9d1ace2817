internal import Persistence
public import PersistencePostgres

/// Where the database is.
public enum DatabaseLocation: Sendable {
    /// A file, by its absolute path.
    case sqlite(path: String)
    case postgres(PostgresSettings)

    /// How many connections to PostgreSQL a process has unless it is told otherwise.
    static let connections = 8

    /// - Parameters:
    ///   - url: `postgres://…`, `postgresql://…`, `sqlite:` for the file of the data folder, or `sqlite:PATH`.
    ///   - workingFolder: what a relative path begins at.
    /// - Returns: nil for anything else.
    public init?(
        url: String, dataFolder: String, workingFolder: String, connections: Int? = nil, preparesStatements: Bool = true
    ) {
        if url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") {
            guard PostgresSettings.isAddress(url) else { return nil }
            self = .postgres(
                PostgresSettings(
                    address: url, connections: connections ?? Self.connections, preparesStatements: preparesStatements))
        } else if url.hasPrefix("sqlite:") {
            var path = String(url.dropFirst("sqlite:".count))
            if path.hasPrefix("//") { path.removeFirst(2) }
            guard !path.contains("\0") else { return nil }
            self = .sqlite(
                path: path.isEmpty ? dataFolder + "/" + DataFolder.databaseName : Parse.path(path, from: workingFolder))
        } else {
            return nil
        }
    }

    /// `DATABASE_URL`, or djangoMailer's `POSTGRES_…`.
    static func read(
        _ check: inout ConfigurationChecker, dataFolder: String, workingFolder: String
    ) -> DatabaseLocation {
        let embedded = DatabaseLocation.sqlite(path: dataFolder + "/" + DataFolder.databaseName)
        let url = check.read(
            .databaseURL, default: DatabaseLocation?.none, shownAs: "(none: an SQLite file in the data folder)",
            expected: """
                use postgres://user:password@host:5432/database, with what is special in user and password written as %3A \
                and so on, or sqlite:
                """
        ) {
            DatabaseLocation(url: $0, dataFolder: dataFolder, workingFolder: workingFolder).map(Optional.some)
        }
        let parts = PostgresParts(&check)
        let connections = check.read(
            .databaseConnections, default: Self.connections, shownAs: "\(Self.connections)", expected: "use 2 to 200"
        ) { Parse.number($0, in: 2...200) }
        let prepares = check.read(
            .databasePrepared, default: true, shownAs: "true", expected: "use true or false", Parse.flag)
        switch url {
        case .sqlite?: return url ?? embedded
        case .postgres(let settings)?:
            if parts.database != nil {
                check.fault(.postgresDatabase, "is set beside DATABASE_URL; unset one of them")
            }
            return .postgres(settings.with(connections: connections, preparesStatements: prepares))
        case nil:
            guard let address = parts.address(&check) else { return embedded }
            return .postgres(
                PostgresSettings(address: address, connections: connections, preparesStatements: prepares))
        }
    }
}

/// djangoMailer's five settings.
private struct PostgresParts {
    var database, user, password, host: String?
    var port: Int?

    init(_ check: inout ConfigurationChecker) {
        func text(_ setting: Setting, _ what: String, shownAs fallback: String) -> String? {
            check.read(setting, default: String?.none, shownAs: fallback, expected: "name \(what)") {
                $0.contains("\0") ? nil : .some($0)
            }
        }
        database = text(.postgresDatabase, "a database", shownAs: "(none)")
        user = text(.postgresUser, "a user of the database", shownAs: "(none)")
        password = text(.postgresPassword, "the password", shownAs: "(none)")
        host = text(.postgresHost, "a host", shownAs: "localhost")
        port = check.read(.postgresPort, default: Int?.none, shownAs: "5432", expected: "use 1 to 65535") {
            Parse.number($0, in: 1...65535).map(Optional.some)
        }
    }

    /// nil where nothing is set; a fault where parts are and the database is not.
    func address(_ check: inout ConfigurationChecker) -> String? {
        guard let database else {
            if user != nil || password != nil || host != nil {
                check.fault(.postgresDatabase, "is not set, but other settings of PostgreSQL are; name the database")
            }
            return nil
        }
        var parts = [("dbname", database), ("host", host ?? "localhost"), ("port", String(port ?? 5432))]
        if let user { parts.append(("user", user)) }
        if let password { parts.append(("password", password)) }
        return PostgresSettings.address(of: parts)
    }
}
