/// A setting's name, what it is for, and whether it must not be shown.
///
/// The list is the documentation: `martlet check-config` and the manual are made from it.
public struct Setting: Sendable, Hashable, Identifiable {
    public let key: String
    public let meaning: String
    public let isSecret: Bool

    public var id: String { key }

    init(_ key: String, _ meaning: String, isSecret: Bool = false) {
        self.key = key
        self.meaning = meaning
        self.isSecret = isSecret
    }

    static let data = Setting("MARTLET_DATA", "the data folder: database, secrets, uploads")
    static let databaseURL = Setting(
        "DATABASE_URL", "postgres://… for a PostgreSQL server; without it an SQLite file in the data folder",
        isSecret: true)
    static let postgresDatabase = Setting("POSTGRES_DB", "instead of DATABASE_URL: the database's name")
    static let postgresUser = Setting("POSTGRES_USER", "instead of DATABASE_URL: who logs in")
    static let postgresPassword = Setting("POSTGRES_PASSWORD", "instead of DATABASE_URL: the password", isSecret: true)
    static let postgresHost = Setting("POSTGRES_HOST", "instead of DATABASE_URL: the server")
    static let postgresPort = Setting("POSTGRES_PORT", "instead of DATABASE_URL: its port")
    static let databaseConnections = Setting(
        "DATABASE_CONNECTIONS", "how many connections to PostgreSQL this process may have")
    static let databasePrepared = Setting(
        "DATABASE_PREPARED", "whether statements are prepared; false for a PgBouncer in transaction pooling")
    static let role = Setting(
        "MARTLET_ROLE", "what this node does: web (pages), delivery (sending and imports) or all")
    static let nodeConnections = Setting(
        "MARTLET_CONNECTIONS", "how many connections this node holds for one sender at most")
    static let host = Setting("MARTLET_HOST", "the address to listen on")
    static let port = Setting("MARTLET_PORT", "the port to listen on; 0 for any free one")
    static let siteURL = Setting("SITE_URL", "the address people type, used in links of mails")
    static let allowedHosts = Setting("ALLOWED_HOSTS", "host names that are answered, with commas between them")
    static let trustedProxies = Setting("TRUSTED_PROXIES", "proxies whose X-Forwarded-For and -Proto are believed")
    static let secretKey = Setting("SECRET_KEY", "signs links and Message-IDs", isSecret: true)
    static let secretKeyFallbacks = Setting(
        "SECRET_KEY_FALLBACKS", "what SECRET_KEY was before: links that were signed with it still work", isSecret: true)
    static let fieldEncryptionKey = Setting("FIELD_ENCRYPTION_KEY", "encrypts stored passwords", isSecret: true)
    static let debug = Setting("DEBUG", "logs in detail, as LOG_LEVEL=debug does")
    static let registration = Setting("ALLOW_REGISTRATION", "lets people register; the first user always may")
    static let privateRelays = Setting(
        "ALLOW_PRIVATE_RELAYS", "whose mail servers may be on this machine or in its private networks")
    static let dnsServers = Setting("DNS_SERVERS", "DNS servers to ask, instead of the system's")
    static let mailPort = Setting("MX_PORT", "the port of recipients' mail servers, for sending directly")
    static let returnMail = Setting(
        "RETURN_MAIL",
        "where mail that comes back is received: addresses such as 0.0.0.0:25, elsewhere, or off")
    static let returnMailName = Setting("RETURN_MAIL_NAME", "what the receiver of returned mail calls itself")
    static let returnMailCertificate = Setting(
        "RETURN_MAIL_CERTIFICATE", "a PEM file with the receiver's certificate, for STARTTLS")
    static let returnMailKey = Setting("RETURN_MAIL_KEY", "the PEM file with that certificate's key")
    static let assets = Setting("MARTLET_ASSETS", "the folder of style sheets and scripts")
    static let maximumUpload = Setting("MAX_UPLOAD_MB", "the largest upload, in megabytes")
    static let maximumMailFiles = Setting(
        "MAX_MAIL_FILES_MB", "the files of one mail together, in megabytes, before they are encoded")
    static let accountFiles = Setting(
        "ACCOUNT_FILES_MB", "all attachments and pictures of one account together, in megabytes")
    static let administrator = Setting(
        "MARTLET_ADMIN_USER", "an administrator whom `serve` makes if nobody has the name")
    static let administratorEmail = Setting("MARTLET_ADMIN_EMAIL", "that administrator's address")
    static let administratorPassword = Setting(
        "MARTLET_ADMIN_PASSWORD", "that administrator's first password", isSecret: true)
    static let metricsToken = Setting("METRICS_TOKEN", "who sends it may read /metrics", isSecret: true)
    static let logLevel = Setting("LOG_LEVEL", "what is logged")
    static let logFormat = Setting("LOG_FORMAT", "how it is logged")

    /// djangoMailer's name for the same.
    var oldKey: String? {
        switch self {
        case .administrator: "DJANGO_SUPERUSER_USERNAME"
        case .administratorEmail: "DJANGO_SUPERUSER_EMAIL"
        case .administratorPassword: "DJANGO_SUPERUSER_PASSWORD"
        default: nil
        }
    }

    public static let all: [Setting] = [
        .data, .databaseURL, .postgresDatabase, .postgresUser, .postgresPassword, .postgresHost, .postgresPort,
        .databaseConnections, .databasePrepared, .role, .nodeConnections, .host, .port, .siteURL, .allowedHosts,
        .trustedProxies, .secretKey, .secretKeyFallbacks, .fieldEncryptionKey,
        .debug, .registration, .privateRelays, .dnsServers, .mailPort, .returnMail, .returnMailName,
        .returnMailCertificate, .returnMailKey, .assets, .maximumUpload, .maximumMailFiles, .accountFiles,
        .administrator, .administratorEmail, .administratorPassword, .metricsToken, .logLevel, .logFormat,
    ]
}

/// What a setting is and where that came from, for `check-config`.
public struct SettingReport: Sendable, Hashable {
    public let setting: Setting
    /// Redacted for a secret.
    public let value: String
    /// "flag", "environment", the path of a file, or "default".
    public let source: String
}
