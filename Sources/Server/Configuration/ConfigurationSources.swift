internal import Configuration
internal import Foundation

/// Where settings come from: the first source that has a value wins.
///
/// The order is flags, environment, `.env` file, then the secrets that Martlet made itself.
public struct ConfigurationSources: Sendable {
    /// By setting ("MARTLET_PORT"), what was given on the command line.
    public var flags: [String: String]
    public var environment: [String: String]
    /// Path and contents; nil where there is no such file.
    public var file: (path: String, values: [String: String])?

    public init(
        flags: [String: String] = [:], environment: [String: String] = [:],
        file: (path: String, values: [String: String])? = nil
    ) {
        self.flags = flags
        self.environment = environment
        self.file = file
    }

    /// What this process was started with.
    ///
    /// - Parameter file: a path from `--env-file`, which must be there; nil for `.env` of the working folder, which
    ///   need not be.
    public static func ofProcess(flags: [String: String] = [:], file: String? = nil) throws -> ConfigurationSources {
        ConfigurationSources(
            flags: flags, environment: ProcessInfo.processInfo.environment,
            file: try EnvironmentFile.read(file ?? ".env", required: file != nil))
    }

    var lookup: ConfigurationLookup {
        var layers = [
            ConfigurationLookup.Layer(name: "flag", values: flags),
            ConfigurationLookup.Layer(name: "environment", values: environment),
        ]
        if let file { layers.append(ConfigurationLookup.Layer(name: file.path, values: file.values)) }
        return ConfigurationLookup(layers: layers)
    }
}

/// The sources as swift-configuration's providers, with the name of each, so that `check-config` can say where a value
/// came from.
struct ConfigurationLookup {
    struct Layer {
        let name: String
        let reader: ConfigReader

        /// An empty value is the same as none, as in many a `.env` file.
        init(name: String, values: [String: String]) {
            self.name = name
            reader = ConfigReader(
                provider: EnvironmentVariablesProvider(environmentVariables: values.filter { !$0.value.isEmpty }))
        }
    }

    let layers: [Layer]

    func find(_ key: String) -> (text: String, source: String)? {
        let path = ConfigKey(key.lowercased().split(separator: "_").map(String.init))
        for layer in layers {
            if let text = layer.reader.string(forKey: path, isSecret: true) { return (text, layer.name) }
        }
        return nil
    }
}
