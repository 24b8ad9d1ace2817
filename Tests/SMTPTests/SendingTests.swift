import Logging
import Mail
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
