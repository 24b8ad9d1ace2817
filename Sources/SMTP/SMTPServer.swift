internal import Mail
public import NIOCore
public import TLS

/// Where mail is handed in, and how: all that a connection needs to know.
public struct SMTPServer: Sendable {
    public enum Security: String, Sendable, CaseIterable {
        /// No TLS at all, even when the server offers it.
        case plaintext
        /// STARTTLS, and an error when the server does not offer it (usual on port 587).
        case startTLS
        /// TLS from the first byte (usual on port 465).
        case implicitTLS
        /// STARTTLS when offered, else plaintext; never a login over plaintext.
        case opportunisticTLS
    }

    /// A domain name or an IP address.
    public var host: String
    public var port: Int
    public var security: Security
    /// Whether the certificate must be valid and name the host. Off only for those who must.
    public var verifiesCertificate: Bool
    /// Certificates in PEM that are trusted besides the system's: an own certificate authority.
    public var trustedCertificatesPEM: String?
    public var credentials: SMTPCredentials?
    /// What EHLO says: this machine's name (RFC 5321 §4.1.1.1), or an address literal.
    public var helloName: String
    public var timeouts: SMTPTimeouts
    /// Says which of the host's addresses may be connected to: the egress guard. All, unless set.
    public var allowsAddress: @Sendable (SocketAddress) -> Bool
    /// Where the host is, when somebody has looked it up: then nobody looks again. The guard is asked all the same.
    public var addresses: [SocketAddress]?
    /// What is published about the host's certificate; then nothing else judges it.
    public var dane: DANEPolicy?
    let encryption = SMTPEncryption()
    let memory = SMTPMemory()

    public init(
        host: String, port: Int, security: Security = .startTLS, verifiesCertificate: Bool = true,
        credentials: SMTPCredentials? = nil, helloName: String = "localhost", timeouts: SMTPTimeouts = SMTPTimeouts(),
        trustedCertificatesPEM: String? = nil,
        allowsAddress: @escaping @Sendable (SocketAddress) -> Bool = { _ in true }
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.verifiesCertificate = verifiesCertificate
        self.credentials = credentials
        self.helloName = helloName
        self.timeouts = timeouts
        self.trustedCertificatesPEM = trustedCertificatesPEM
        self.allowsAddress = allowsAddress
    }

    /// The host in A-labels.
    var asciiHost: String { DomainName.hostName(host) ?? host }
}

/// User and password for AUTH. Never described, so that they cannot reach a log.
public struct SMTPCredentials: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    public enum Kind: Sendable, Hashable {
        case password
        /// An OAuth 2.0 access token in place of the password.
        case token
    }

    public var user: String
    /// The password, or the token.
    public var password: String
    public var kind: Kind

    public init(user: String, password: String, kind: Kind = .password) {
        self.user = user
        self.password = password
        self.kind = kind
    }

    public var description: String { "(credentials)" }
    public var debugDescription: String { description }
}

/// How long each step may take. The defaults are the least that RFC 5321 §4.5.3.2 allows a client.
public struct SMTPTimeouts: Sendable, Hashable {
    /// To resolve the name and connect, for each address. Not in the RFC; the operating system would take two minutes.
    public var connect: Duration = .seconds(30)
    /// For the greeting (§4.5.3.2.1).
    public var greeting: Duration = .seconds(300)
    /// For the replies to EHLO, STARTTLS with its handshake, AUTH and RSET. Not in the RFC, as MAIL.
    public var command: Duration = .seconds(300)
    /// For the reply to MAIL (§4.5.3.2.2).
    public var mail: Duration = .seconds(300)
    /// For the reply to RCPT (§4.5.3.2.3).
    public var recipient: Duration = .seconds(300)
    /// For the reply to DATA (§4.5.3.2.4).
    public var data: Duration = .seconds(120)
    /// For the server to take each block of the message (§4.5.3.2.5).
    public var dataBlock: Duration = .seconds(180)
    /// For the reply to the final dot. Ten minutes: giving up sooner makes duplicates, because the server may still
    /// accept the message (§4.5.3.2.6). Expiry is the outcome `.unknown`.
    public var acceptance: Duration = .seconds(600)
    /// For the reply to QUIT; nothing depends on it.
    public var quit: Duration = .seconds(5)

    public init() {}

    /// Short ones, for a person who waits in front of a page: a test of the connection.
    public static var interactive: SMTPTimeouts {
        var timeouts = SMTPTimeouts()
        timeouts.connect = .seconds(10)
        timeouts.greeting = .seconds(20)
        timeouts.command = .seconds(20)
        timeouts.mail = .seconds(30)
        timeouts.recipient = .seconds(30)
        timeouts.data = .seconds(30)
        timeouts.dataBlock = .seconds(30)
        timeouts.acceptance = .seconds(60)
        return timeouts
    }
}
