public import Logging
public import NIOCore
public import Networks
public import Routing
public import SMTP

/// Opens connections to the servers that a route names, each protected as its owner has published.
public struct DirectDoor: Sendable {
    private let template: SMTPServer
    private let loop: any EventLoopGroup
    private let logger: Logger

    /// - Parameters:
    ///   - helloName: what EHLO says.
    ///   - timeouts: nil for those of `settings`.
    public init(
        _ settings: DirectSending, helloName: String, egress: EgressGuard, on loop: any EventLoopGroup, logger: Logger,
        timeouts: SMTPTimeouts? = nil
    ) {
        template = SMTPServer(
            host: "", port: settings.routes.port, security: .opportunisticTLS, verifiesCertificate: false,
            helloName: helloName, timeouts: timeouts ?? settings.timeouts,
            trustedCertificatesPEM: settings.trustedCertificatesPEM, allowsAddress: egress.allows)
        self.loop = loop
        self.logger = logger
    }

    func allows(_ stop: MailRoute.Stop) -> Bool { template.allowsAddress(stop.address) }

    /// Connects to one server, ready for mail.
    ///
    /// Where nothing is published about its protection, a failed encryption leads to a new connection without any: better
    /// than nothing is what opportunistic means, and an attacker who can break it could take STARTTLS out as well.
    public func open(
        _ stop: MailRoute.Stop, observe: (@Sendable (SMTPTranscriptLine) -> Void)? = nil
    ) async throws(SMTPFailure) -> DirectConnection {
        var server = template
        server.host = stop.host.name
        server.addresses = [stop.address]
        switch stop.host.protection {
        case .opportunistic: break
        case .encrypted: server.security = .startTLS
        case .dane(let policy):
            server.security = .startTLS
            server.verifiesCertificate = true
            server.dane = policy
        case .policy:
            server.security = .startTLS
            server.verifiesCertificate = true
        }
        do throws(SMTPFailure) {
            return DirectConnection(
                try await SMTPConnection.open(server, on: loop, logger: logger, observe: observe), stop)
        } catch {
            guard stop.host.protection == .opportunistic, error.step == .tls || error.step == .startTLS,
                error.cause != .cancelled
            else { throw error }
            server.security = .plaintext
            return DirectConnection(
                try await SMTPConnection.open(server, on: loop, logger: logger, observe: observe), stop)
        }
    }
}

/// Why no server of a domain could be had.
public struct DirectProblem: Error, Sendable {
    public var userMessage: String
}

extension DirectDoor {
    /// Connects to the first server of a domain that is there: for tests from a page.
    public func open(
        to domain: String, _ routes: RouteFinder, observe: (@Sendable (SMTPTranscriptLine) -> Void)? = nil
    ) async -> Result<DirectConnection, DirectProblem> {
        let route: MailRoute
        switch await routes.route(to: domain) {
        case .success(let found): route = found
        case .failure(let problem): return .failure(DirectProblem(userMessage: problem.userMessage))
        }
        var random = SystemRandomNumberGenerator()
        var problem = DirectProblem(
            userMessage:
                "The mail server of \(domain) is in a network that nothing may be sent to from here (ALLOW_PRIVATE_RELAYS)."
        )
        for stop in route.stops(using: &random) where allows(stop) {
            do throws(SMTPFailure) { return .success(try await open(stop, observe: observe)) } catch {
                problem.userMessage = error.siteMessage
            }
        }
        return .failure(problem)
    }
}

/// A connection to one of the servers of a site.
public struct DirectConnection: Sendable {
    public let connection: SMTPConnection
    /// Which server, where, and how protected: for the log.
    public let route: String

    init(_ connection: SMTPConnection, _ stop: MailRoute.Stop) {
        self.connection = connection
        route = "\(stop.place), \(stop.host.protection.words(tls: connection.tlsVersion))"
    }
}

extension MailRoute.Stop {
    /// For the log.
    var place: String {
        let port = address.port ?? 25
        return "\(host.name) [\(address.ipAddress ?? "")]\(port == 25 ? "" : ":\(port)")"
    }
}

extension MailRoute.Protection {
    func words(tls version: String) -> String {
        let version = version.replacing("TLSv", with: "TLS ")
        return switch self {
        case _ where version.isEmpty: "not encrypted"
        case .dane: "\(version), verified (DANE)"
        case .policy: "\(version), verified (MTA-STS)"
        case .encrypted: "\(version), not verified (DANE without a usable record)"
        case .opportunistic: "\(version), not verified"
        }
    }
}

extension SMTPFailure {
    /// What happened between us and a stranger's server, as a sentence for the log.
    var siteMessage: String {
        switch cause {
        case .refused: "\(host): \(reply?.description ?? userMessage)"
        case .connectionRefused: "\(host) refuses connections on port \(port)."
        case .unreachable(let detail): "\(host) cannot be reached (\(detail))."
        case .timedOut(let duration) where step == .connect:
            "\(host) did not answer on port \(port) within \(duration.components.seconds) seconds."
        case .forbiddenAddress: "\(host) is in a network that nothing may be sent to from here."
        case .certificate:
            "The certificate of \(host) is not the one that its domain has published, so nothing was sent."
        case .noStartTLS:
            "\(host) does not offer encryption although its domain has published that it does, so nothing was sent."
        case .tlsFailed(let detail): "No encrypted connection to \(host) could be set up (\(detail))."
        case .notSMTP(let excerpt): "\(host) does not speak SMTP; it said \"\(excerpt)\"."
        default: userMessage
        }
    }
}
