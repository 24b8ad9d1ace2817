/// How far an address reaches, for the egress guard.
enum NetworkReach: Hashable, Sendable {
    /// Somebody on the internet.
    case world
    /// This machine, or a network behind the same router.
    case inside
    /// What no mail server has, and what answers without asking who is there: link-local networks, and with them the
    /// metadata services of cloud providers, which hand out keys.
    case never

    init(of address: NetworkAddress) {
        if let carried = address.carriedIPv4 {
            self = NetworkReach(of: carried)
        } else if Self.neverRanges.contains(where: { $0.contains(address) }) {
            self = .never
        } else if Self.insideRanges.contains(where: { $0.contains(address) }) {
            self = .inside
        } else {
            self = .world
        }
    }

    private static let neverRanges = ranges([
        "0.0.0.0/8",  // this network (RFC 1122 §3.2.1.3); Linux takes 0.0.0.0 for itself
        "169.254.0.0/16",  // link-local (RFC 3927), metadata services
        "192.0.0.0/24",  // protocol assignments (RFC 6890), Oracle's metadata service
        "224.0.0.0/4", "240.0.0.0/4",  // multicast (RFC 5771), reserved (RFC 1112 §4), broadcast
        "100.100.100.200",  // Alibaba's metadata service
        "168.63.129.16",  // Azure's host agent
        "::",  // unspecified (RFC 4291 §2.5.2)
        "fe80::/10", "ff00::/8",  // link-local, multicast (RFC 4291 §2.5.6, §2.7)
        "fd00:ec2::/32", "fd20:ce::/32",  // metadata services of Amazon and Google
        "64:ff9b:1::/48",  // local-use translation (RFC 8215): where it leads is not written in the address
        "2001::/32",  // Teredo (RFC 4380), the same
    ])

    private static let insideRanges = ranges([
        "127.0.0.0/8", "::1",  // loopback
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  // private (RFC 1918)
        "100.64.0.0/10",  // a provider's inner network (RFC 6598)
        "198.18.0.0/15",  // benchmarks (RFC 2544)
        "fc00::/7", "fec0::/10",  // unique local (RFC 4193), site-local (RFC 3879)
    ])

    private static func ranges(_ texts: [String]) -> [AddressRange] {
        texts.map { text in
            guard let range = AddressRange(text) else { preconditionFailure("\(text) is no network") }
            return range
        }
    }
}

extension NetworkAddress {
    /// Whether a connection to it ends at somebody on the internet, and not on this machine or in an inner network.
    public var isOnInternet: Bool { NetworkReach(of: self) == .world }

    /// The IPv4 address that a connection to this IPv6 address ends at: compatible (RFC 4291 §2.5.5.1), NAT64
    /// (RFC 6052 §2.1), 6to4 (RFC 3056 §2).
    var carriedIPv4: NetworkAddress? {
        guard octets.count == 16 else { return nil }
        let isCompatible = octets.prefix(12).allSatisfy { $0 == 0 } && !octets.suffix(4).starts(with: [0, 0, 0])
        let isNAT64 = octets.starts(with: [0x00, 0x64, 0xFF, 0x9B]) && octets[4..<12].allSatisfy { $0 == 0 }
        if isCompatible || isNAT64 { return NetworkAddress(octets: Array(octets.suffix(4))) }
        return octets.starts(with: [0x20, 0x02]) ? NetworkAddress(octets: Array(octets[2..<6])) : nil
    }
}
