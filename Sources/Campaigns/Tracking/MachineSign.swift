internal import Mail

/// Why an opening or a click is held to be a machine's, and not a person's. The raw value is what the database and the API
/// say. What has none of these signs counts as a person's: a lower bound for openings that Google's proxy made, because
/// people stand behind most of those (docs/decisions/0026).
public enum MachineSign: String, Sendable, Hashable, CaseIterable {
    /// Google's mail program fetches pictures for its readers.
    case gmailProxy = "gmail_proxy"
    /// Yahoo's does, too.
    case yahooProxy = "yahoo_proxy"
    /// Apple's Mail Privacy Protection fetches all pictures of all mails, read or not.
    case applePrivacy = "apple_privacy"
    /// A browser or proxy that says that it only fetches beforehand.
    case prefetch
    /// A filter that looks at what a mail leads to before it lets the mail in.
    case scanner
    /// A program that shows what is behind a link, in a chat for example.
    case previewer
    /// Another program: a crawler, a script.
    case program
    /// Says nothing about itself.
    case noAgent = "no_agent"
    /// Asks for the headers only.
    case head
    /// Within a second of the delivery, or before the server had even accepted the mail.
    case tooSoon = "too_soon"
    /// Three or more links of one mail within a second.
    case manyLinks = "many_links"

    /// Whether the mail was at least shown, in all likelihood, though nobody can say to whom.
    public var isProxyOfReaders: Bool { self == .gmailProxy || self == .yahooProxy }
}

/// What a request says about who makes it.
public struct RequestSigns: Sendable, Hashable {
    public var isHead: Bool
    /// `User-Agent`.
    public var agent: String
    /// `Purpose`, `Sec-Purpose`, `X-Purpose` or `X-Moz`, whichever is there.
    public var purpose: String

    public init(isHead: Bool = false, agent: String, purpose: String = "") {
        self.isHead = isHead
        self.agent = agent
        self.purpose = purpose
    }

    /// What the request alone tells; what it takes the delivery's time or other clicks to know is told by ``ReadingJudge``.
    public var sign: MachineSign? {
        if isHead { return .head }
        if Self.beforehand.areFound(in: Phrases.octets(of: purpose, limit: 512)) { return .prefetch }
        return Self.sign(ofAgent: agent)
    }

    /// - Parameter agent: `User-Agent`; what is behind its first 512 octets is not looked at.
    public static func sign(ofAgent agent: String) -> MachineSign? {
        let agent = Phrases.octets(of: agent, limit: 512)
        if agent.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return .noAgent }
        // What Apple's proxy calls itself, and nothing else does: the beginning of a browser's name without the rest.
        if agent.elementsEqual("mozilla/5.0".utf8) { return .applePrivacy }
        return words.first { _, words in words.areFound(in: agent) }?.0
    }

    private static let beforehand: Phrases = ["prefetch", "preview"]

    private static let words: [(MachineSign, Phrases)] = [
        (.gmailProxy, ["googleimageproxy", "ggpht.com"]),
        (.yahooProxy, ["yahoomailproxy", "yahoocachesystem"]),
        (
            .scanner,
            [
                "barracuda", "proofpoint", "mimecast", "messagelabs", "symantec", "bitdefender", "trendmicro",
                "trend micro",
                "fortiguard", "forcepoint", "sophos", "kaspersky", "ironport", "cisco-", "zscaler", "fireeye",
                "trustwave",
                "safelinks", "urldefense", "virustotal", "clamav", "spamassassin", "rspamd", "mailscanner",
                "link checker",
                "linkcheck",
            ]
        ),
        (
            .previewer,
            [
                "whatsapp", "slackbot", "slack-img", "facebookexternalhit", "twitterbot", "linkedinbot", "telegrambot",
                "discordbot", "skypeuripreview", "microsoftpreview", "bingpreview", "google-safety", "googledocs",
                "iframely",
                "embedly",
            ]
        ),
        (
            .program,
            [
                "bot/", "bot;", "bot ", "crawl", "spider", "curl/", "wget/", "python", "go-http-client", "java/",
                "okhttp",
                "apache-httpclient", "libwww", "headlesschrome", "phantomjs", "axios", "node-fetch", "undici", "ruby",
                "php/",
                "guzzle", "httpie", "monitor", "scrapy", "wrk/",
            ]
        ),
    ]
}
