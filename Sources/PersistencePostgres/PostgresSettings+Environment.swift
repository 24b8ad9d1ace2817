internal import CLibPQ

extension PostgresSettings {
    /// The address as environment variables of libpq (PGHOST, PGPASSWORD …), for PostgreSQL's own programs: arguments could
    /// be read by every user of the machine.
    public var environment: [String: String] {
        guard let options = PQconninfoParse(address, nil) else { return [:] }
        defer { PQconninfoFree(options) }
        var environment: [String: String] = [:]
        var option = options
        while option.pointee.keyword != nil {
            if let variable = option.pointee.envvar, let value = option.pointee.val {
                environment[String(cString: variable)] = String(cString: value)
            }
            option += 1
        }
        return environment
    }
}
