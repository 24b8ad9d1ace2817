/// One thing that is wrong with one setting.
public struct ConfigurationError: Error, Hashable, Sendable {
    /// The setting's name, as it is written in the environment and in `.env`.
    public let key: String
    /// Goes on after the key: "is 0; use 1 to 500".
    public let problem: String

    public init(key: String, problem: String) {
        self.key = key
        self.problem = problem
    }

    public var userMessage: String { "\(key) \(problem)." }
}

/// Everything that is wrong with the configuration, at once, in the order of the settings.
public struct ConfigurationFaults: Error, Hashable, Sendable {
    public let errors: [ConfigurationError]

    public init(_ errors: [ConfigurationError]) { self.errors = errors }

    public var userMessage: String {
        let list = errors.map { "  \($0.userMessage)" }.joined(separator: "\n")
        return errors.count == 1
            ? "a setting is wrong:\n\(list)" : "\(errors.count) settings are wrong:\n\(list)"
    }
}
