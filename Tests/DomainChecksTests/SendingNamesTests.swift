import DNS
import TestSupport
import Testing

@testable import DomainChecks

@Suite struct `The names of a machine that sends directly` {
    private static let zones = [
        "acme.example": """
        mail A 10.0.0.7
        far A 10.0.0.8
        bare A 10.0.0.9
        bounces MX 10 mail
        bounces TXT "v=spf1 a:mail.acme.example -all"
        relayed MX 10 far
        alias MX 10 same
        same A 10.0.0.7
        nowhere MX 10 no
        deaf MX 0 .
        """,
        "0.0.10.in-addr.arpa": "7 PTR mail.acme.example.\n8 PTR other.acme.example.\n",
    ]

    private func look(
        _ hello: String, _ domain: String = "", receiver: String? = nil
    ) async throws -> [NameFinding] {
        let server = try await KnotServer.start(Self.zones)
        defer { server.stop() }
        let resolver = Resolver(ResolverSettings(servers: [server.address], anchors: []))
        defer { resolver.close() }
        return await DomainInspector(resolver: resolver).inspectNames(
            helloName: hello, returnDomain: domain, receiver: receiver, own: [[10, 0, 0, 7]])
    }

    @Test func `are in order when they lead here and back, and bounces arrive`() async throws {
        let found = try await look("mail.acme.example", "bounces.acme.example")
        #expect(
            found == [
                .helloIsHere(name: "mail.acme.example", address: "10.0.0.7"),
                .reverseIsRight(address: "10.0.0.7", name: "mail.acme.example"),
                .returnMail(domain: "bounces.acme.example", .found(hosts: ["mail.acme.example"])),
                .returnPolicy(domain: "bounces.acme.example", .good(lookups: 1)),
            ])
        #expect(found.allSatisfy { $0.verdict == .good })
    }

    @Test func `are told when they lead elsewhere, nowhere, or not back`() async throws {
        #expect(
            try await look("far.acme.example") == [
                .helloIsElsewhere(name: "far.acme.example", addresses: ["10.0.0.8"]),
                .reverseDiffers(address: "10.0.0.8", names: ["other.acme.example"], name: "far.acme.example"),
            ])
        #expect(try await look("bare.acme.example").last == .reverseMissing(address: "10.0.0.9"))
        #expect(try await look("no.acme.example") == [.helloHasNoAddress(name: "no.acme.example")])
        #expect(try await look("localhost") == [.helloIsNone(name: "localhost")])
        let deaf = try await look("mail.acme.example", "deaf.acme.example")
        #expect(deaf.contains(.returnMail(domain: "deaf.acme.example", .null)))
        #expect(deaf.contains(.returnPolicy(domain: "deaf.acme.example", .missing)))
    }

    @Test func `are told when bounces do not lead to the receiver, neither by its name nor by an address`() async throws
    {
        let receiver = "mail.acme.example"
        let away = try await look(receiver, "relayed.acme.example", receiver: receiver)
        #expect(
            away.contains(
                .returnMailElsewhere(
                    domain: "relayed.acme.example", hosts: ["far.acme.example"], receiver: receiver)))
        #expect(away.map(\.verdict).contains(.doubtful))
        let lost = try await look(receiver, "nowhere.acme.example", receiver: receiver)
        #expect(
            lost.contains(
                .returnMailElsewhere(domain: "nowhere.acme.example", hosts: ["no.acme.example"], receiver: receiver)))
        for (domain, name) in [("bounces", receiver), ("alias", receiver), ("alias", "gate.example.net")] {
            let found = try await look(receiver, "\(domain).acme.example", receiver: name)
            #expect(
                found.contains {
                    if case .returnMail(_, .found) = $0 { true } else { false }
                }, "\(domain) to \(name)")
        }
        // Nobody knows what it is called.
        #expect(try await look(receiver, "relayed.acme.example").map(\.verdict).allSatisfy { $0 != .doubtful })
    }

    @Test func `have names of addresses as the RFCs write them`() {
        #expect(DomainInspector.reverseName([192, 0, 2, 1]) == "1.2.0.192.in-addr.arpa")
        let six: [UInt8] = [0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1]
        #expect(DomainInspector.reverseName(six).hasPrefix("1.0.0.0.0.0.0.0."))
        #expect(DomainInspector.reverseName(six).hasSuffix("8.b.d.0.1.0.0.2.ip6.arpa"))
    }
}
