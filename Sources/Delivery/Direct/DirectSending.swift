public import DNS
public import Routing
public import SMTP

/// What the engine needs to hand mails to the recipients' own servers.
public struct DirectSending: Sendable {
    public let routes: RouteFinder
    public var timeouts = SMTPTimeouts()
    /// Certificates in PEM that are trusted besides the system's, where a policy wants verified servers (MTA-STS).
    public var trustedCertificatesPEM: String?
    /// How long a connection waits for another mail to the same site.
    public var idle: Duration = .seconds(3)
    /// Messages of one sender that are in this node's hands at once.
    public var mostInHand = 1000
    /// As many of them may go on waiting for one slow site while others could be served.
    public var mostWaiting = 250
    /// Domains of one sender that are looked up at once.
    public var mostLookups = 64
    /// Connections that this node holds to all sites together, for all senders.
    public var mostConnections = 1000
    public var rests = SiteRests()

    public init(routes: RouteFinder) { self.routes = routes }

    public var resolver: Resolver { routes.resolver }
}

/// How long a site is left alone, at first and at most; each time in a row twice as long.
public struct SiteRests: Sendable {
    /// It wants fewer connections or less mail.
    public var limited: ClosedRange<Duration> = .seconds(20)...(.seconds(300))
    /// None of its servers can be had.
    public var unreachable: ClosedRange<Duration> = .seconds(60)...(.seconds(900))
    /// It says that we are the problem.
    public var refusing: ClosedRange<Duration> = .seconds(900)...(.seconds(7200))

    public init() {}
}
