import Testing

@testable import Networks

@Suite struct `The egress guard` {
    private func egress(_ setting: String, isAdministrator: Bool = false) throws -> EgressGuard {
        let own = try #require(NetworkAddress("203.0.113.7"))
        return try #require(EgressPolicy(setting)).egress(isAdministrator: isAdministrator, own: [own])
    }

    private func allows(_ address: String, _ egress: EgressGuard) throws -> Bool {
        egress.allows(try #require(NetworkAddress(address)))
    }

    static let never = [
        "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "192.0.0.192", "224.0.0.1", "239.1.2.3", "240.0.0.1",
        "255.255.255.255", "100.100.100.200", "168.63.129.16", "::", "fe80::1", "febf::1", "ff02::1", "fd00:ec2::254",
        "fd20:ce::254", "::ffff:169.254.169.254", "::ffff:0.0.0.0", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1",
        "2002:a9fe:a9fe::1", "2001:0:1:2::3", "::169.254.169.254", "64:ff9b::ffff:ffff",
    ]
    static let inside = [
        "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
        "198.19.0.1", "::1", "fc00::1", "fdff::1", "fec0::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3",
        "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "2002:c0a8:101::1", "::127.0.0.1", "203.0.113.7", "::ffff:203.0.113.7",
        "64:ff9b::203.0.113.7",
    ]
    static let world = [
        "1.1.1.1", "172.15.255.255", "172.32.0.1", "192.0.1.1", "100.128.0.1", "169.253.0.1", "128.0.0.1", "9.9.9.9",
        "2a00:1450::1", "2606:4700::1", "64:ff9b::1.1.1.1", "2002:101:101::1", "::ffff:8.8.8.8", "2001:db8::1",
    ]

    @Test(arguments: never) func `lets nobody reach link-local networks, metadata services and multicast`(
        _ address: String
    ) throws {
        #expect(try !allows(address, egress("everyone", isAdministrator: true)))
    }

    @Test(arguments: inside)
    func `lets only administrators' accounts reach this machine and private networks, unless it is set`(
        _ address: String
    ) throws {
        #expect(try !allows(address, egress("administrators")))
        #expect(try allows(address, egress("administrators", isAdministrator: true)))
        #expect(try allows(address, egress("everyone")))
        #expect(try !allows(address, egress("nobody", isAdministrator: true)))
    }

    @Test(arguments: world) func `lets everybody reach the internet`(_ address: String) throws {
        #expect(try allows(address, egress("nobody")))
    }

    @Test func `opens named networks to every account, in each form of their addresses`() throws {
        let guarded = try egress("10.1.0.0/16, fd12::/16,203.0.113.7", isAdministrator: true)
        for address in ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3", "fd12::9", "203.0.113.7"] {
            #expect(try allows(address, guarded), "\(address)")
        }
        for address in ["10.2.0.1", "127.0.0.1", "fd13::9", "169.254.1.1"] {
            #expect(try !allows(address, guarded), "\(address)")
        }
        #expect(try allows("127.0.0.1", egress("Administrators,10.1.0.0/16", isAdministrator: true)))
    }

    @Test func `a wide range opens nothing that nobody may reach`() throws {
        let guarded = try egress("128.0.0.0/1,8000::/1")
        #expect(try !allows("169.254.169.254", guarded))
        #expect(try !allows("fe80::1", guarded))
        #expect(try allows("192.168.0.1", guarded))
    }

    @Test(arguments: ["", ",", "true", "everyone,nobody", "10.0.0.0/33", "localhost", "169.254.0.0/16", "fe80::1"])
    func `a setting that means nothing is refused`(_ text: String) { #expect(EgressPolicy(text) == nil) }

    @Test func `knows this machine's own addresses`() throws {
        #expect(NetworkAddress.ofThisMachine().contains(try #require(NetworkAddress("127.0.0.1"))))
    }
}
