public import Campaigns
public import Networks
internal import NIOCore

/// What the web server needs to know; `Server` makes it from the environment and checks it.
public struct WebConfiguration: Sendable {
    /// The address to listen at.
    public var host: String
    /// 0 lets the system choose a free port.
    public var port: Int
    /// How people reach this installation, without a slash at its end: `https://mail.example.org`. Its scheme decides
    /// whether cookies are `Secure` and HSTS is sent.
    public var siteURL: String
    /// Whether recipients can follow links to it.
    public var site: PreflightFacts.Site
    /// The port of recipients' mail servers; where it is not 25, who sends directly tries something.
    public var mailPort: Int
    /// Host names that are answered; `*` for any, `.example.org` for a name and all below it.
    public var allowedHosts: [String]
    /// Proxies whose `X-Forwarded-For` is believed.
    public var trustedProxies: [AddressRange]
    /// The folder with `static/`, `icons/` and, where there are translations, `languages/`.
    public var assetsFolder: String
    /// Where uploads are kept while they are read; on the same file system as the database's folder.
    public var uploadsFolder: String
    /// The largest file that may be uploaded, in bytes.
    public var uploadLimit: Int
    /// The files of one mail together, in bytes, before they are encoded.
    public var mailFilesLimit: Int
    /// All files of an account together, in bytes.
    public var accountFilesLimit: Int
    /// Whether people may register by themselves. The first user always may.
    public var allowsRegistration: Bool
    /// Who sends it may read `/metrics`; nil: site administrators alone.
    public var metricsToken: String?
    /// Whether there is more than `/health`, `/ready` and `/metrics`.
    public var servesPages: Bool
    /// Whether mail to the addresses that we make is received: here, on another node, or by a mail server beside us.
    public var receivesReturnMail: Bool
    /// What an MX record has to name so that it comes here; nil where nobody knows.
    public var returnMailReceiver: String?
    /// Shown at the bottom of each page and by `/health`.
    public var version: String
    /// How long a connection may do nothing before it is closed.
    var idlePatience = IdleConnectionHandler.patience

    public init(
        host: String = "127.0.0.1", port: Int = 8000, siteURL: String = "http://127.0.0.1:8000",
        site: PreflightFacts.Site = .open, mailPort: Int = 25, allowedHosts: [String] = ["*"],
        trustedProxies: [AddressRange] = [],
        assetsFolder: String,
        uploadsFolder: String, uploadLimit: Int = 4 << 30, mailFilesLimit: Int = 10 << 20,
        accountFilesLimit: Int = 1 << 30,
        allowsRegistration: Bool = true, metricsToken: String? = nil, servesPages: Bool = true,
        receivesReturnMail: Bool = false, returnMailReceiver: String? = nil, version: String = "dev"
    ) {
        self.host = host
        self.port = port
        self.siteURL = siteURL
        self.site = site
        self.mailPort = mailPort
        self.allowedHosts = allowedHosts
        self.trustedProxies = trustedProxies
        self.assetsFolder = assetsFolder
        self.uploadsFolder = uploadsFolder
        self.uploadLimit = uploadLimit
        self.mailFilesLimit = mailFilesLimit
        self.accountFilesLimit = accountFilesLimit
        self.allowsRegistration = allowsRegistration
        self.metricsToken = metricsToken
        self.servesPages = servesPages
        self.receivesReturnMail = receivesReturnMail
        self.returnMailReceiver = returnMailReceiver
        self.version = version
    }

    var isSecure: Bool { siteURL.lowercased().hasPrefix("https://") }
}
