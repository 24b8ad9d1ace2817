public import Campaigns

/// How an account sends, as stored. The password stays sealed: only who sends opens it.
public struct SenderRecord: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable {
        /// Mails are kept in Martlet and shown instead of being sent: what a new account starts with.
        case rehearsal
        /// An SMTP relay.
        case smtp
        /// The recipients' own servers, as the DNS names them.
        case direct

        /// What the columns `kind` and `is_direct` hold.
        var column: String { self == .direct ? Kind.smtp.rawValue : rawValue }
        var isDirect: Bool { self == .direct }
    }

    public enum Security: String, Sendable, CaseIterable {
        case none
        case startTLS = "starttls"
        /// TLS from the first byte (usually port 465).
        case tls
    }

    /// What `sealedPassword` is.
    public enum Login: String, Sendable, CaseIterable {
        case password
        /// An OAuth 2.0 access token.
        case token
    }

    public var id: Sender.ID
    public var accountID: Account.ID
    public var name: String
    public var kind: Kind
    public var host: String
    public var port: Int
    public var security: Security
    public var username: String
    /// AES-256-GCM; the associated data is `SealedPlace.senderPassword`.
    public var sealedPassword: [UInt8]?
    public var login: Login
    public var verifiesCertificate: Bool
    public var fromName: String
    public var fromEmail: String
    /// Where answers go; empty for the From address.
    public var replyTo: String
    /// Messages in any 3,600 seconds.
    public var maxPerHour: Int
    public var maxConnections: Int
    /// Whether messages leave evenly over the hour rather than as fast as the limit lets them.
    public var spreadsEvenly: Bool
    public var warmUp: WarmUpPlan?
    /// What becomes of a message when nobody knows whether it arrived.
    public var unknownPolicy: UnknownPolicy
    /// What EHLO says; empty for the machine's name.
    public var helloName: String
    /// Where bounces are sent: the domain of each mail's own return path; empty for the From address.
    public var returnDomain: String
    /// For a direct sender: as many connections to one receiving system at once.
    public var siteConnections: Int
    /// For a direct sender: as many mails over one connection.
    public var siteMessages: Int
    /// Empty, or the sentence that says why nothing is sent.
    public var pausedReason: String
    /// Grows with each change, so that the engine notices.
    public var revision: Int

    static let columns: SQL = """
        id, account_id, name, kind, smtp_host, smtp_port, smtp_security, smtp_username, smtp_password,
        verifies_certificate, from_name, from_email, max_per_hour, max_connections, paused_reason, revision,
        smtp_login, spreads_evenly, warm_up_first, warm_up_growth, warm_up_began_at,
        unknown_policy, is_direct, hello_name, return_domain, site_connections, site_messages, reply_to
        """

    init(_ row: any Row) throws {
        id = try row.id(0)
        accountID = try row.id(1)
        name = try row.string(2)
        kind = try row.value(3)
        host = try row.string(4)
        port = try row.int(5)
        security = try row.value(6)
        username = try row.string(7)
        sealedPassword = try row.optionalBytes(8)
        verifiesCertificate = try row.bool(9)
        fromName = try row.string(10)
        fromEmail = try row.string(11)
        maxPerHour = try row.int(12)
        maxConnections = try row.int(13)
        pausedReason = try row.string(14)
        revision = try row.int(15)
        login = try row.value(16)
        spreadsEvenly = try row.bool(17)
        let (first, growth) = (try row.int(18), try row.int(19))
        warmUp = try row.optionalInstant(20).map { WarmUpPlan(firstDay: first, growth: growth, beganAt: $0) }
        unknownPolicy = try row.value(21)
        if try row.bool(22) { kind = .direct }
        helloName = try row.string(23)
        returnDomain = try row.string(24)
        siteConnections = try row.int(25)
        siteMessages = try row.int(26)
        replyTo = try row.string(27)
    }
}
