public import Logging
public import Networks

/// All settings, checked: a value of this type cannot be wrong.
public struct ServerConfiguration: Sendable {
    /// Absolute.
    public let dataFolder: String
    public let database: DatabaseLocation
    public let role: NodeRole
    /// To mail servers, for one sender, whatever that one allows.
    public let connectionsPerSender: Int
    public let host: String
    /// 0 to 65535; 0 is any free port.
    public let port: Int
    /// Without a slash at its end; nil where the address is made from host and port.
    public let siteURL: SiteURL?
    /// In lower case; `*` for every host, `.example.com` for a domain and what is below it.
    public let allowedHosts: [String]
    public let trustedProxies: [AddressRange]
    /// nil: generated once into the data folder.
    public let secretKey: String?
    /// What ``secretKey`` was before.
    public let secretKeyFallbacks: [String]
    /// nil: generated once into the data folder.
    public let fieldEncryptionKey: String?
    public let debug: Bool
    /// Whether people may register by themselves; the first user always may.
    public let allowsRegistration: Bool
    /// Whose mail servers may be on this machine or in its private networks.
    public let egress: EgressPolicy
    /// IP addresses, with `@port` behind them if it is not 53; empty: those of the system.
    public let dnsServers: [String]
    /// Of the recipients' mail servers, for sending directly.
    public let mailPort: Int
    public let returnMail: ReturnMailSource
    /// What the receiver of returned mail calls itself; nil for the machine's name.
    public let returnMailName: String?
    /// nil: it offers no encryption.
    let returnMailFiles: ReturnMailFiles?
    /// nil where no folder was named and none was found.
    public let assetsFolder: String?
    /// Octets.
    public let maximumUpload: Int
    /// The files of one mail together, in bytes.
    public let maximumMailFiles: Int
    /// All files of an account together, in bytes.
    public let accountFiles: Int
    /// Whom `serve` makes a site administrator if nobody has the name.
    public let administrator: FirstAdministrator?
    /// nil: `/metrics` is for site administrators alone.
    public let metricsToken: String?
    public let logLevel: Logger.Level
    public let logFormat: LogFormat

    /// In the order of ``Setting/all``.
    public let report: [SettingReport]
    /// What looks like a mistake but stops nothing, each a sentence.
    public let notices: [String]
}

/// How the log is written to standard error.
public enum LogFormat: String, Sendable, CaseIterable {
    /// Human on a terminal, JSON otherwise.
    case auto
    case human
    case json
}
