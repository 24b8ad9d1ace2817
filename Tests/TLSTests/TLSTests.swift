import NIOCore
import NIOPosix
import TLS
import TestSupport
import Testing

@Suite struct `TLS on a channel` {
    @Test func `a megabyte goes there and back whole`() async throws {
        let sent = [UInt8]((0..<1_048_576).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })
        let certificate = try TestCertificate.localhost()
        let received = try await TLSEcho.with(certificate) { port in
            try await TLSEcho.exchange(sent, port: port, name: "localhost", trusted: certificate.certificatePEM)
        }
        #expect(received == sent)
    }

    @Test func `what the other side does not take yet is not encrypted yet: memory stays bounded`() async throws {
        let sent = ByteBuffer(bytes: (0..<(8 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })
        let certificate = try TestCertificate.localhost()
        let (given, received, inOrder) = try await TLSEcho.with(certificate) { port in
            try await TLSEcho.pour(sent, block: 128 * 1024, port: port, trusted: certificate.certificatePEM)
        }
        #expect(received == 8 << 20 && inOrder)
        #expect(given < 512 * 1024, "\(given) octets of cipher text waited at once")
    }

    /// RFC 9525 §2: the common name is not a name of the server, and "*" is one whole label.
    @Test(arguments: [
        NameCase("mail.example", "DNS:mail.example", "mail.example", isRight: true),
        NameCase("mail.example", "DNS:MAIL.Example", "mail.example", isRight: true),
        NameCase("mail.example", "DNS:other.example", "mail.example", isRight: false),
        NameCase("wild", "DNS:*.example.com", "mail.example.com", isRight: true),
        NameCase("wild", "DNS:*.example.com", "a.mail.example.com", isRight: false),
        NameCase("wild", "DNS:*.example.com", "example.com", isRight: false),
        NameCase("part", "DNS:m*.example.com", "mail.example.com", isRight: false),
        NameCase("address", "IP:127.0.0.1", "127.0.0.1", isRight: true),
        NameCase("address", "DNS:127.0.0.1", "127.0.0.1", isRight: false),
        NameCase("zero", "DNS:mail.example.com", "mail.example", isRight: false),
    ])
    func `the certificate must name the server`(_ names: NameCase) async throws {
        let certificate = try TestCertificate.make(subject: names.subject, names: names.alternatives)
        let problem = try await TLSEcho.with(certificate) { port in
            await TLSEcho.problem(port: port, name: names.server, trusted: certificate.certificatePEM)
        }
        #expect(problem == (names.isRight ? nil : .otherName))
    }

    @Test func `who signed the certificate must be trusted`() async throws {
        let (one, other) = (try TestCertificate.localhost(), try TestCertificate.localhost())
        let problem = try await TLSEcho.with(one) { port in
            await TLSEcho.problem(port: port, name: "localhost", trusted: other.certificatePEM)
        }
        guard case .notTrusted? = problem else {
            Issue.record("expected a certificate that is not trusted, got \(String(describing: problem))")
            return
        }
    }

    @Test func `a text that is no certificate is refused before any connection`() {
        #expect(throws: TLSProblem.unreadablePEM) { try TLSContext(verifies: true, trusted: "-----BEGIN NOTHING-----") }
    }

    @Test func `a connection that is cut is told from one that ends`() async throws {
        let certificate = try TestCertificate.localhost()
        let (cut, ended) = try await TLSEcho.with(certificate) { port in
            (
                await TLSEcho.problem(port: port, name: "localhost", trusted: certificate.certificatePEM, says: "cut"),
                await TLSEcho.problem(port: port, name: "localhost", trusted: certificate.certificatePEM, says: "end")
            )
        }
        #expect(cut == .cut)
        #expect(ended == nil)
    }

    @Test func `what is not TLS is said to be so`() async throws {
        let server = try await ScriptedSMTPServer.start("S: 220 plain.example ESMTP\nSILENCE")
        let problem = await TLSEcho.problem(port: server.port, name: "localhost", trusted: nil)
        #expect(problem == .handshakeFailed("wrong version number"))
        await server.stop()
    }
}

struct NameCase: Sendable, CustomTestStringConvertible {
    var subject: String
    var alternatives: String
    var server: String
    var isRight: Bool

    init(_ subject: String, _ alternatives: String, _ server: String, isRight: Bool) {
        self.subject = subject
        self.alternatives = alternatives
        self.server = server
        self.isRight = isRight
    }

    var testDescription: String { "\(alternatives) for \(server)" }
}
