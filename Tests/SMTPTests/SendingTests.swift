import Logging
import Mail
import NIOCore
import NIOPosix
import SMTP
import TestSupport
import Testing

@Suite struct `Sending over one connection` {
    static func envelope(_ recipient: String) throws -> Envelope {
        Envelope(sender: try EmailAddress("ann@example.com"), recipient: try EmailAddress(recipient), size: 100)
    }

    static let message = Array("Subject: Hello\r\n\r\n.one dot\r\nbye\r\n".utf8)

    static func open(_ server: SMTPServer) async throws -> SMTPConnection {
        try await SMTPConnection.open(
            server, on: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "test"))
    }

    /// Of a message that is larger than what the system takes, the end is certainly still here.
    @Test(
        arguments: [
            ("250 2.0.0 Ok: queued as nothing", "temporary at message: outOfStep 250"),
            ("354 Go on", "temporary at message: outOfStep 354"),
            ("552 5.3.4 Message too big", "permanent at acceptance: refused 552"),
            ("451 4.3.0 Disk full", "temporary at acceptance: refused 451"),
            ("421 4.3.2 Shutting down", "temporary at acceptance: refused 421"),
        ], [false, true])
    func `what is answered before a message's end was written is no acceptance`(
        answer: (text: String, outcome: String), byLength: Bool
    ) async throws {
        let peer = try await ScriptedSMTPServer.start(
            "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 \(byLength ? "CHUNKING" : "HELP")\nC: MAIL\nS: 250 Ok\nC: RCPT\nS: 250 Ok\n"
                + (byLength ? "" : "C: DATA\nS: 354 Go\n") + "AWAIT\nDEAF\nS: \(answer.text)\nSILENCE")
        let connection = try await Self.open(
            SMTPServer(
                host: "localhost", port: peer.port, security: .plaintext, allowsAddress: { $0.protocol == .inet }))
        guard case .goAhead = await connection.offer(try Self.envelope("r@example.org")) else {
            Issue.record("refused")
            return
        }
        let large = ByteBuffer(repeating: UInt8(ascii: "A"), count: 64 * 1024 * 1024)
        let (outcome, verdict) = await connection.deliver(
            Self.message, enclosure: large, next: try Self.envelope("s@example.org"))
        #expect(Scenario.summary(outcome) == answer.outcome)
        guard case .refused(let next) = verdict else {
            Issue.record("\(String(describing: verdict))")
            return
        }
        #expect(Scenario.summary(next).hasPrefix("temporary at mail"))
        #expect(!connection.isUsable)
        await peer.stop()
    }

    @Test(arguments: [true, false])
    func `messages follow each other, with and without PIPELINING`(pipelining: Bool) async throws {
        var behaviour = RecordingSMTPSink.Behaviour()
        behaviour.offersPipelining = pipelining
        let sink = try await RecordingSMTPSink.start(behaviour)
        let connection = try await Self.open(sink.server)
        var verdict = await connection.offer(try Self.envelope("r0@example.org"))
        for index in 1...20 {
            guard case .goAhead = verdict else {
                Issue.record("refused: \(verdict)")
                return
            }
            let next = index < 20 ? try Self.envelope("r\(index)@example.org") : nil
            let result = await connection.deliver(Self.message, next: next)
            guard case .accepted = result.outcome else {
                Issue.record("\(result.outcome)")
                return
            }
            if let next = result.next { verdict = next }
        }
        await connection.close()
        #expect(sink.messages.map(\.recipient) == (0..<20).map { "r\($0)@example.org" })
        #expect(sink.messages.allSatisfy { $0.bytes == Self.message })
        #expect(sink.connections == 1)
        #expect(sink.commands.last == "QUIT")
        await sink.stop()
    }

    @Test(arguments: [RecordingSMTPSink.TLS.none, .startTLS, .implicit])
    func `logs in and sends over every kind of encryption`(tls: RecordingSMTPSink.TLS) async throws {
        var behaviour = RecordingSMTPSink.Behaviour()
        behaviour.tls = tls
        behaviour.login = SMTPCredentials(user: "ann", password: "s3cret")
        let sink = try await RecordingSMTPSink.start(behaviour)
        let connection = try await Self.open(sink.server)
        guard case .goAhead = await connection.offer(try Self.envelope("r@example.org")) else {
            Issue.record("refused")
            return
        }
        guard case .accepted = await connection.deliver(Self.message).outcome else {
            Issue.record("not accepted")
            return
        }
        await connection.close()
        #expect(sink.messages.map(\.user) == ["ann"])
        #expect(sink.messages.map(\.wasEncrypted) == [tls != .none])
        await sink.stop()
    }
}
