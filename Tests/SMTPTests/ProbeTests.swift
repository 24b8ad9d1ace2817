import Logging
import Mail
import NIOCore
import NIOPosix
import SMTP
import TestSupport
import Testing

@Suite struct `Testing a connection` {
    static let loop = MultiThreadedEventLoopGroup.singleton.next()
    static let logger = Logger(label: "test")

    @Test func `shows the conversation with the password masked`() async throws {
        var behaviour = RecordingSMTPSink.Behaviour()
        behaviour.tls = .startTLS
        behaviour.login = SMTPCredentials(user: "ann", password: "s3cret")
        let sink = try await RecordingSMTPSink.start(behaviour)
        let report = await SMTPProbe(sink.server).testConnection(on: Self.loop, logger: Self.logger)
        #expect(report.isSuccess)
        #expect(report.sentence.contains("logged in as ann. Everything works."))
        let shown = report.transcript.map { "\($0.origin.rawValue): \($0.text)" }
        #expect(shown.contains("client: EHLO client.example"))
        #expect(shown.contains("server: 220 sink.example ESMTP"))
        #expect(shown.contains("client: STARTTLS"))
        #expect(shown.contains("note: The connection is encrypted (TLS)"))
        #expect(shown.contains("client: ********"))
        #expect(shown.contains("server: 235 2.7.0 Authentication successful"))
        #expect(shown.last == "server: 221 2.0.0 Bye")
        #expect(!shown.contains { $0.contains("s3cret") || $0.contains("AGFubgBzM2NyZXQ=") })
        await sink.stop()
    }

    /// Whoever tests a sender has typed a password: it must not leave.
    @Test(arguments: [
        ("S: 220 x\nC: EHLO\nS: 250-x\nS: 250 AUTH PLAIN LOGIN\nSILENCE", "does not offer STARTTLS"),
        (
            "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 STARTTLS\nC: STARTTLS\n"
                + "RAW: 220 Go\\r\\n250-x\\r\\n250 AUTH PLAIN\\r\\n\nSILENCE", "attacker"
        ),
        (
            "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 STARTTLS\nC: STARTTLS\nS: 502 No\nSILENCE", "does not offer STARTTLS"
        ),
    ])
    func `ends before the login where encryption is taken away or meddled with`(
        script: String, sentence: String
    ) async throws {
        let peer = try await ScriptedSMTPServer.start(script)
        let server = SMTPServer(
            host: "localhost", port: peer.port, security: .startTLS,
            credentials: SMTPCredentials(user: "ann", password: "s3cret"), allowsAddress: { $0.protocol == .inet })
        let report = await SMTPProbe(server).testConnection(on: Self.loop, logger: Self.logger)
        #expect(report.sentence.contains(sentence), "\(report.sentence)")
        let envelope = Envelope(sender: try EmailAddress("a@example.com"), recipient: try EmailAddress("b@example.org"))
        let mail = await SMTPProbe(server).send(
            Array("Subject: x\r\n\r\nx\r\n".utf8), envelope, on: Self.loop, logger: Self.logger)
        #expect(mail.sentence.contains(sentence), "\(mail.sentence)")
        #expect(!peer.heard.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") }, "\(peer.heard)")
        await peer.stop()
    }

    @Test func `sends a test mail and shows the server's answer`() async throws {
        let sink = try await RecordingSMTPSink.start()
        let envelope = Envelope(sender: try EmailAddress("a@example.com"), recipient: try EmailAddress("b@example.org"))
        let bytes = Array("Subject: x\r\n\r\nx\r\n".utf8)
        let report = await SMTPProbe(sink.server).send(bytes, envelope, on: Self.loop, logger: Self.logger)
        #expect(report.sentence == "localhost accepted the message for b@example.org: \"250 2.0.0 Ok: queued as 1-1\".")
        #expect(sink.messages.map(\.bytes) == [bytes])
        sink.react { _ in .init(recipient: .reply("550 5.1.1 No such user")) }
        let refused = await SMTPProbe(sink.server).send(bytes, envelope, on: Self.loop, logger: Self.logger)
        #expect(refused.sentence == "The server refuses this recipient: \"550 5.1.1 No such user\".")
        await sink.stop()
    }

    @Test func `a host that does not exist gets a sentence`() async throws {
        let report = await SMTPProbe(SMTPServer(host: "no-such-host.invalid", port: 25, security: .plaintext))
            .testConnection(on: Self.loop, logger: Self.logger)
        // Behind a resolver that is away, the name cannot be looked up at all.
        #expect(
            report.failure?.cause == .unknownHost
                ? report.sentence.contains("does not exist") : report.sentence.contains("could not be looked up"))
        #expect(report.failure?.step == .resolve)
    }

    @Test(arguments: [
        ("", "No SMTP host is set"), ("ex ample", "is not a host name"), ("a\r\nb", "is not a host name"),
    ])
    func `a host name that is none gets a sentence`(host: String, sentence: String) async throws {
        let report = await SMTPProbe(SMTPServer(host: host, port: 25)).testConnection(
            on: Self.loop, logger: Self.logger)
        #expect(report.sentence.contains(sentence))
    }

    @Test func `a port that nobody listens on gets a sentence`() async throws {
        let sink = try await RecordingSMTPSink.start()
        let server = sink.server
        await sink.stop()
        let report = await SMTPProbe(server).testConnection(on: Self.loop, logger: Self.logger)
        #expect(report.failure?.cause == .connectionRefused)
        #expect(report.sentence.contains("refuses connections on port \(server.port)"))
    }

    @Test func `the egress guard is asked about every address before a connection is made`() async throws {
        let sink = try await RecordingSMTPSink.start()
        var server = sink.server
        server.allowsAddress = { $0.ipAddress != "127.0.0.1" && $0.ipAddress != "::1" }
        let report = await SMTPProbe(server).testConnection(on: Self.loop, logger: Self.logger)
        #expect(report.failure?.cause == .forbiddenAddress)
        #expect(sink.connections == 0)
        await sink.stop()
    }
}
