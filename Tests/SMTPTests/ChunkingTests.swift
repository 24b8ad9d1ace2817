import Logging
import Mail
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import SMTP

@Suite struct `A message told by its length (RFC 3030)` {
    @Test(arguments: [
        ("", "BDAT 0 LAST\r\n"), ("x\r\n", "BDAT 3 LAST\r\nx\r\n"), ("x", "BDAT 3 LAST\r\nx\r\n"),
        (".\r\n", "BDAT 3 LAST\r\n.\r\n"), ("a\n.\nb\r", "BDAT 9 LAST\r\na\r\n.\r\nb\r\n"),
        ("a\r\r\n\n", "BDAT 7 LAST\r\na\r\n\r\n\r\n"),
    ])
    func `has its dots as they are and no bare line ends`(message: String, wire: String) {
        var buffer = ByteBuffer()
        LastChunk.write(Array(message.utf8), to: &buffer)
        #expect(String(buffer: buffer) == wire)
    }

    @Test func `holds the very bytes that DATA would bring`() {
        var state: UInt64 = 5
        func random(_ limit: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % limit)
        }
        let alphabet = Array(".\r\n.\r\nab".utf8)
        var failures = 0
        for _ in 0..<5_000 {
            let message = (0..<random(30)).map { _ in alphabet[random(UInt64(alphabet.count))] }
            var buffer = ByteBuffer()
            LastChunk.write(message, to: &buffer)
            let wire = Array(buffer.readableBytesView)
            let start = (wire.firstIndex(of: 0x0A) ?? 0) + 1
            let body = Array(wire[start...])
            if String(decoding: wire[..<start], as: UTF8.self) != "BDAT \(body.count) LAST\r\n" { failures += 1 }
            if body != Wire.unstuffed(Wire.data(message)) { failures += 1 }
        }
        #expect(failures == 0)
    }

    @Test func `is used no more where BDAT turned out not to be known`() async throws {
        let first = try await ScriptedSMTPServer.start(
            """
            S: 220 x
            C: EHLO
            S: 250-x
            S: 250 CHUNKING
            C: MAIL
            S: 250 Ok
            C: RCPT
            S: 250 Ok
            B:
            S: 500 5.5.2 What?
            """)
        var server = SMTPServer(
            host: "127.0.0.1", port: first.port, security: .plaintext, helloName: "client.example")
        let envelope = Envelope(
            sender: try EmailAddress("a@example.com"), recipient: try EmailAddress("b@example.org"), size: 3)
        #expect(try await Self.send(envelope, to: server)?.failure?.consequence == .temporary)
        await first.stop()
        let second = try await ScriptedSMTPServer.start(
            """
            S: 220 x
            C: EHLO
            S: 250-x
            S: 250 CHUNKING
            C: MAIL
            S: 250 Ok
            C: RCPT
            S: 250 Ok
            C: DATA
            S: 354 Go
            M:
            S: 250 Ok
            C: QUIT
            """)
        server.port = second.port
        let outcome = try await Self.send(envelope, to: server)
        #expect(outcome?.reply?.code == 250)
        #expect(second.problems.isEmpty)
        await second.stop()
    }

    private static func send(_ envelope: Envelope, to server: SMTPServer) async throws -> SMTPOutcome? {
        let connection = try await SMTPConnection.open(
            server, on: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "test"))
        guard case .goAhead = await connection.offer(envelope) else { return nil }
        let outcome = await connection.deliver(Array("x\r\n".utf8)).outcome
        await connection.close()
        return outcome
    }
}
