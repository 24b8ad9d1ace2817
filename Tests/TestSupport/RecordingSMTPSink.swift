internal import Logging
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix
public import SMTP
internal import TLS

/// An SMTP server inside the test, on a free port, that keeps all it is given.
///
///     let sink = try await RecordingSMTPSink.start()                       // accepts everything
///     let connection = try await SMTPConnection.open(sink.server, …)
///     …
///     await sink.waitForMessages(3)                                        // an event, not a sleep
///     #expect(sink.messages[0].recipient == "bob@example.org")
///     await sink.stop()
///
/// What it answers is decided for each recipient:
///
///     var behaviour = RecordingSMTPSink.Behaviour()
///     behaviour.reactions = { envelope in
///         envelope.recipient.hasPrefix("full") ? .init(recipient: .reply("452 4.2.2 Mailbox full")) : .init()
///     }
///     behaviour.tls = .startTLS
///     behaviour.login = .init(user: "u", password: "p")
public final class RecordingSMTPSink: Sendable {
    /// What happens at one step.
    public indirect enum Reaction: Sendable {
        /// The usual positive reply; at the final dot the message is recorded first.
        case accept
        /// This reply, CRLF added. At the final dot a 2yz reply records the message.
        case reply(String)
        /// The connection is closed without a reply, nothing recorded.
        case drop
        /// At the final dot: the message is recorded, then the connection closed without a reply.
        case recordThenDrop
        /// Nothing is ever answered; at the final dot nothing is recorded.
        case silence
        /// At the final dot: the message is recorded, then nothing is ever answered.
        case recordThenSilence
        /// Another reaction, later.
        case after(Duration, Reaction)
    }

    /// The reactions to one envelope's steps.
    public struct Reactions: Sendable {
        public var recipient: Reaction
        public var data: Reaction
        /// `.drop` here is the connection lost after the final dot; see `dropsInsideMessage` for before it.
        public var dot: Reaction
        /// Closes the connection as soon as the first bytes of the message have come: before the final dot was read.
        public var dropsInsideMessage = false

        public init(recipient: Reaction = .accept, data: Reaction = .accept, dot: Reaction = .accept) {
            self.recipient = recipient
            self.data = data
            self.dot = dot
        }
    }

    public struct Envelope: Sendable, Hashable {
        /// Empty for the null reverse path.
        public var sender: String
        public var recipient: String
        /// Which connection, counted from 1.
        public var connection: Int
    }

    /// Where a server says that a connection is one too many.
    public enum Crowded: Sendable, CaseIterable {
        /// 421 instead of a greeting, and the connection is closed.
        case greeting
        /// 4yz to MAIL, the connection stays.
        case mail
        /// 4yz to RCPT, the connection stays.
        case recipient
    }

    public enum TLS: Sendable { case none, startTLS, implicit }

    public struct Behaviour: Sendable {
        public var greeting = "220 sink.example ESMTP"
        public var offersPipelining = true
        public var offersSMTPUTF8 = true
        /// Announced with SIZE.
        public var sizeLimit: Int?
        public var tls = TLS.none
        /// Nil: one for `localhost`.
        public var certificate: TestCertificate?
        /// STARTTLS is offered, agreed to, and followed by what is no TLS.
        public var breaksTLS = false
        /// Offers AUTH PLAIN LOGIN and answers 530 to MAIL without it.
        public var login: SMTPCredentials?
        /// 421 to MAIL after so many messages of a connection.
        public var messagesPerConnection: Int?
        /// How many connections are served at once; the others are refused as `whenCrowded` says.
        public var mostConnections: Int?
        public var whenCrowded = Crowded.greeting
        public var reactions: @Sendable (Envelope) -> Reactions = { _ in Reactions() }

        public init() {}
    }

    /// A message that was taken.
    public struct Recorded: Sendable {
        public var sender: String
        public var recipient: String
        /// As received, without the dots added on the wire (RFC 5321 §4.5.2) and without the final dot.
        public var bytes: [UInt8]
        public var connection: Int
        public var time: ContinuousClock.Instant
        public var wasEncrypted: Bool
        /// Who logged in.
        public var user: String?
    }

    /// What a client does with `server`: address, certificate, login. `security` follows `Behaviour.tls`.
    public let server: SMTPServer
    private let channel: any Channel
    private let state: RecordingSMTPSinkState

    public var port: Int { server.port }
    public var messages: [Recorded] { state.messages }
    /// Connections made so far.
    public var connections: Int { state.connectionCount }
    /// Connections open at most at the same time.
    public var mostOpenConnections: Int { state.mostOpenConnections }
    /// Every command line received, in order, of all connections; AUTH lines as `AUTH …`.
    public var commands: [String] { state.commands }

    private init(server: SMTPServer, channel: any Channel, state: RecordingSMTPSinkState) {
        self.server = server
        self.channel = channel
        self.state = state
    }

    /// - Parameters:
    ///   - host: an address of this machine: 127.0.0.1 and those behind it, or ::1.
    ///   - port: nil for any that is free.
    public static func start(
        _ behaviour: Behaviour = Behaviour(), host: String = "127.0.0.1", port: Int? = nil
    ) async throws -> RecordingSMTPSink {
        let state = RecordingSMTPSinkState(behaviour)
        let certificate = behaviour.tls == .none ? nil : try behaviour.certificate ?? TestCertificate.localhost()
        let tls = try certificate.map { try $0.serverContext() }
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    if behaviour.tls == .implicit, let tls {
                        try child.pipeline.syncOperations.addHandler(TLSHandler(server: tls))
                    }
                    try child.pipeline.syncOperations.addHandler(RecordingSMTPSinkHandler(state: state, tls: tls))
                }
            }
            .bind(host: host, port: port ?? 0).get()
        let security: SMTPServer.Security =
            switch behaviour.tls {
            case .none: .plaintext
            case .startTLS: .startTLS
            case .implicit: .implicitTLS
            }
        let server = SMTPServer(
            host: "localhost", port: channel.localAddress?.port ?? 0, security: security, credentials: behaviour.login,
            helloName: "client.example", trustedCertificatesPEM: certificate?.certificatePEM)
        return RecordingSMTPSink(server: server, channel: channel, state: state)
    }

    /// Several on addresses of this machine, all on one port: where mail servers are, it is always the same.
    public static func start(_ behaviours: [String: Behaviour]) async throws -> [String: RecordingSMTPSink] {
        for _ in 0..<20 {
            var sinks: [String: RecordingSMTPSink] = [:]
            do {
                for (host, behaviour) in behaviours.sorted(by: { $0.key < $1.key }) {
                    sinks[host] = try await start(behaviour, host: host, port: sinks.values.first?.port)
                }
                return sinks
            } catch {
                // The port is taken on one of them: another one may be free on all.
                for sink in sinks.values { await sink.stop() }
            }
        }
        throw NoCommonPort()
    }

    struct NoCommonPort: Error {}

    /// Changes what is answered from now on.
    public func react(_ reactions: @escaping @Sendable (Envelope) -> Reactions) { state.react(reactions) }

    /// Returns as soon as so many messages have been recorded.
    public func waitForMessages(_ count: Int) async { await state.waitForMessages(count) }

    /// Closes the port and every connection.
    public func stop() async {
        try? await channel.close()
        for connection in state.openChannels { try? await connection.close() }
    }
}
