import Campaigns
import Delivery
import Foundation
import Persistence
import SMTP
import TestSupport
import Testing

/// How connections to strangers' servers are protected: as well as can be had, and as their owners have published.
@Suite(.timeLimit(.minutes(1))) struct `Sending directly: encryption` {
    private func encrypted(_ certificate: TestCertificate? = nil) -> RecordingSMTPSink.Behaviour {
        var behaviour = RecordingSMTPSink.Behaviour()
        behaviour.tls = .startTLS
        behaviour.certificate = certificate
        return behaviour
    }

    private static let one = "@ MX 10 mail\nmail A 127.0.0.2\n"

    @Test func `it is used where it is offered, whoever the server is`() async throws {
        var options = DirectScene.Options()
        options.sinks["127.0.0.2"] = encrypted()
        try await DirectScene.with(options, zones: { _ in ["b.example": Self.one] }) { scene in
            let (_, attempts) = try await scene.send(to: ["ada@b.example"])
            #expect(scene.sink("127.0.0.2").messages.first?.wasEncrypted == true)
            #expect(attempts["ada@b.example"]?.route.hasSuffix("TLS 1.3, not verified") == true)
        }
    }

    @Test func `where it fails and nobody has promised it, a new connection goes without`() async throws {
        var options = DirectScene.Options()
        options.sinks["127.0.0.2"] = encrypted()
        options.sinks["127.0.0.2"]?.breaksTLS = true
        try await DirectScene.with(options, zones: { _ in ["b.example": Self.one] }) { scene in
            let (tally, attempts) = try await scene.send(to: ["ada@b.example"])
            #expect(tally[.delivered] == 1 && scene.sink("127.0.0.2").connections == 2)
            #expect(attempts["ada@b.example"]?.route.hasSuffix("not encrypted") == true)
        }
    }

    // MARK: DANE (RFC 7672)

    private func sendWithDANE(
        _ behaviour: RecordingSMTPSink.Behaviour, record: String, signed: Bool = true,
        _ check: (DirectScene, AttemptRecord?) async throws -> Void
    ) async throws {
        var options = DirectScene.Options()
        options.sinks["127.0.0.2"] = behaviour
        options.signed = signed ? ["b.example"] : []
        try await DirectScene.with(
            options,
            zones: { port in ["b.example": Self.one + "_\(port)._tcp.mail TLSA \(record)\n"] }
        ) { scene in
            let (_, attempts) = try await scene.send(to: ["ada@b.example"])
            try await check(scene, attempts["ada@b.example"])
        }
    }

    @Test func `a certificate whose key is published is verified by it, whatever its name and age`() async throws {
        let certificate = try TestCertificate.make(subject: "whatever", names: "DNS:elsewhere.example")
        try await sendWithDANE(encrypted(certificate), record: "3 1 1 \(certificate.publicKeyDigest())") {
            scene, attempt in
            #expect(attempt?.outcome == .delivered)
            #expect(attempt?.route.hasSuffix("TLS 1.3, verified (DANE)") == true)
            #expect(scene.sink("127.0.0.2").messages.first?.wasEncrypted == true)
        }
    }

    @Test(arguments: ["mail.b.example", "b.example"])
    func `a certificate of a published authority is verified by it and by its name`(_ name: String) async throws {
        let (certificate, authority) = try TestCertificate.signed(subject: "mail", names: "DNS:\(name)")
        try await sendWithDANE(encrypted(certificate), record: "2 0 0 \(TestCertificate.whole(authority))") {
            _, attempt in
            #expect(attempt?.outcome == .delivered)
            #expect(attempt?.route.hasSuffix("verified (DANE)") == true)
        }
    }

    @Test func `a certificate of a published authority for another name is refused`() async throws {
        let (certificate, authority) = try TestCertificate.signed(subject: "mail", names: "DNS:other.example")
        try await sendWithDANE(encrypted(certificate), record: "2 0 0 \(TestCertificate.whole(authority))") {
            scene, attempt in
            #expect(attempt?.outcome == .deferred && scene.sink("127.0.0.2").messages.isEmpty)
        }
    }

    @Test func `another key than the published one gets nothing, and nobody fails`() async throws {
        let other = try TestCertificate.localhost()
        try await sendWithDANE(encrypted(), record: "3 1 1 \(other.publicKeyDigest())") { scene, attempt in
            #expect(attempt?.outcome == .deferred)
            #expect(attempt?.reply.contains("not the one that its domain has published") == true)
            #expect(scene.sink("127.0.0.2").messages.isEmpty)
        }
    }

    @Test func `who takes STARTTLS out on the way gets nothing where it is published`() async throws {
        try await sendWithDANE(RecordingSMTPSink.Behaviour(), record: "3 1 1 \(String(repeating: "ab", count: 32))") {
            scene, attempt in
            #expect(attempt?.outcome == .deferred && attempt?.reply.contains("does not offer encryption") == true)
            #expect(scene.sink("127.0.0.2").messages.isEmpty)
        }
    }

    @Test func `records that mail cannot use make encryption compulsory, and nothing more`() async throws {
        try await sendWithDANE(encrypted(), record: "1 1 1 \(String(repeating: "ab", count: 32))") { _, attempt in
            #expect(attempt?.outcome == .delivered)
            #expect(attempt?.route.contains("not verified (DANE without a usable record)") == true)
        }
    }

    @Test func `records that nobody has signed are worth nothing`() async throws {
        try await sendWithDANE(encrypted(), record: "3 1 1 \(String(repeating: "ab", count: 32))", signed: false) {
            _, attempt in
            #expect(attempt?.outcome == .delivered && attempt?.route.hasSuffix("TLS 1.3, not verified") == true)
        }
    }

    @Test func `a server with a wrong certificate leads to the next one with a right one`() async throws {
        let right = try TestCertificate.localhost()
        var options = DirectScene.Options()
        options.sinks = ["127.0.0.2": encrypted(), "127.0.0.3": encrypted(right)]
        options.signed = ["b.example"]
        let digest = try right.publicKeyDigest()
        try await DirectScene.with(
            options,
            zones: { port in
                [
                    "b.example": """
                    @ MX 10 main
                    @ MX 20 backup
                    main A 127.0.0.2
                    backup A 127.0.0.3
                    _\(port)._tcp.main TLSA 3 1 1 \(digest)
                    _\(port)._tcp.backup TLSA 3 1 1 \(digest)
                    """
                ]
            }
        ) { scene in
            let (tally, attempts) = try await scene.send(to: ["ada@b.example"])
            #expect(tally[.delivered] == 1)
            #expect(attempts["ada@b.example"]?.route.hasPrefix("backup.b.example") == true)
        }
    }

    // MARK: MTA-STS (RFC 8461)

    private static let published = """
        @ MX 10 mail
        mail A 127.0.0.2
        _mta-sts TXT "v=STSv1; id=20260101;"
        mta-sts A 127.0.0.1

        """

    /// - Parameter hosts: the lines of the policy that name servers.
    private func sendWithPolicy(
        _ mode: String, hosts: String = "mx: mail.b.example\r\n", mail: TestCertificate?, tls: Bool = true,
        web: TestCertificate? = nil, _ check: (DirectScene, AttemptRecord?) async throws -> Void
    ) async throws {
        let site = try web ?? TestCertificate.make(subject: "site", names: "DNS:mta-sts.b.example")
        var options = DirectScene.Options()
        options.sinks["127.0.0.2"] = tls ? encrypted(mail) : RecordingSMTPSink.Behaviour()
        options.policy = ("version: STSv1\r\nmode: \(mode)\r\n\(hosts)max_age: 86400\r\n", site)
        options.trusted = site.certificatePEM + (mail?.certificatePEM ?? "")
        try await DirectScene.with(options, zones: { _ in ["b.example": Self.published] }) { scene in
            let (_, attempts) = try await scene.send(to: ["ada@b.example"])
            try await check(scene, attempts["ada@b.example"])
        }
    }

    @Test(arguments: ["mx: mail.b.example\r\n", "mx: *.b.example\r\n"])
    func `a policy in force wants a verified server, and gets one`(_ hosts: String) async throws {
        let mail = try TestCertificate.make(subject: "mail", names: "DNS:mail.b.example")
        try await sendWithPolicy("enforce", hosts: hosts, mail: mail) { _, attempt in
            #expect(attempt?.outcome == .delivered)
            #expect(attempt?.route.hasSuffix("TLS 1.3, verified (MTA-STS)") == true)
        }
    }

    @Test func `a server that public authorities do not stand for gets nothing`() async throws {
        try await sendWithPolicy("enforce", mail: nil) { scene, attempt in
            #expect(attempt?.outcome == .deferred && scene.sink("127.0.0.2").messages.isEmpty)
        }
    }

    @Test func `a server without encryption gets nothing`() async throws {
        try await sendWithPolicy("enforce", mail: nil, tls: false) { scene, attempt in
            #expect(attempt?.outcome == .deferred && scene.sink("127.0.0.2").messages.isEmpty)
        }
    }

    @Test func `a server that the policy does not name gets nothing`() async throws {
        let mail = try TestCertificate.make(subject: "mail", names: "DNS:mail.b.example")
        try await sendWithPolicy("enforce", hosts: "mx: other.b.example\r\n", mail: mail) { scene, attempt in
            #expect(attempt?.outcome == .deferred && attempt?.reply.contains("MTA-STS") == true)
            #expect(scene.sink("127.0.0.2").connections == 0)
        }
    }

    @Test(arguments: ["testing", "none"])
    func `a policy that is not in force stops nothing`(_ mode: String) async throws {
        try await sendWithPolicy(mode, mail: nil) { _, attempt in
            #expect(attempt?.outcome == .delivered && attempt?.route.hasSuffix("not verified") == true)
        }
    }

    @Test func `a policy from a site that cannot prove itself is none`() async throws {
        let wrong = try TestCertificate.make(subject: "site", names: "DNS:elsewhere.example")
        try await sendWithPolicy("enforce", mail: nil, web: wrong) { _, attempt in
            #expect(attempt?.outcome == .delivered)
        }
    }
}
