import NIOCore
import TLS
import Testing

@testable import Routing

@Suite struct `The order of mail servers (RFC 5321 §5.1)` {
    private func host(_ name: String, _ preference: Int, _ addresses: [String]) throws -> MailRoute.Host {
        MailRoute.Host(
            name: name, preference: preference,
            addresses: try addresses.map { try SocketAddress(ipAddress: $0, port: 25) }, protection: .opportunistic)
    }

    @Test func `the lower number first, at random among equals, all addresses of one before the next`() throws {
        let route = MailRoute(
            domain: "b.example",
            hosts: [
                try host("a", 10, ["::1", "192.0.2.1"]), try host("b", 10, ["192.0.2.2"]),
                try host("c", 20, ["192.0.2.3"]),
            ])
        var random = SystemRandomNumberGenerator()
        var seen: Set<[String]> = []
        for _ in 0..<200 { seen.insert(route.stops(using: &random).map { $0.address.ipAddress ?? "" }) }
        #expect(
            seen == [
                ["::1", "192.0.2.1", "192.0.2.2", "192.0.2.3"], ["192.0.2.2", "::1", "192.0.2.1", "192.0.2.3"],
            ])
    }

    @Test func `a domain with very many servers keeps nobody busy for ever`() throws {
        let hosts = try (0..<200).map { try host("h\($0)", 10, ["192.0.2.1", "192.0.2.2"]) }
        var random = SystemRandomNumberGenerator()
        #expect(MailRoute(domain: "b.example", hosts: hosts).stops(using: &random).count == 12)
    }

    @Test func `one connection serves two domains only where the same holds for both`() throws {
        let plain = MailRoute(domain: "a.example", hosts: [try host("mail", 10, ["192.0.2.1"])])
        var other = plain
        other.domain = "b.example"
        #expect(other.key == plain.key && other.site == plain.site)
        other.hosts[0].protection = .policy
        #expect(other.key != plain.key && other.site == plain.site)
    }
}

@Suite struct `Records about certificates (RFC 6698 §2.1, RFC 7672 §3.1)` {
    @Test(
        arguments: [
            (3, 1, 1, 32, true), (2, 0, 2, 64, true), (3, 0, 0, 500, true), (0, 1, 1, 32, false), (1, 1, 1, 32, false),
            (3, 2, 1, 32, false), (3, 1, 3, 32, false), (3, 1, 1, 31, false), (3, 1, 2, 32, false),
            (255, 1, 1, 32, false),
        ] as [(UInt8, UInt8, UInt8, Int, Bool)])
    func `can be used for mail or not`(
        _ usage: UInt8, _ selector: UInt8, _ matching: UInt8, _ length: Int, _ isUsable: Bool
    )
        throws
    {
        let record = try #require(TLSARecord([usage, selector, matching] + [UInt8](repeating: 7, count: length)))
        #expect(record.isUsable == isUsable)
    }

    @Test func `that are cut off are none`() { #expect(TLSARecord([3, 1, 1]) == nil && TLSARecord([]) == nil) }
}
