public import NIOCore

/// An address of the internet: 4 octets, or 16. An IPv4 address that is mapped into IPv6 (RFC 4291 §2.5.5.2) is the IPv4
/// address, because that is what a connection reaches.
public struct NetworkAddress: Hashable, Sendable {
    public let octets: [UInt8]

    init(octets: [UInt8]) {
        let isMapped =
            octets.count == 16 && octets.prefix(10).allSatisfy { $0 == 0 } && octets[10] == 0xFF && octets[11] == 0xFF
        self.octets = isMapped ? Array(octets.suffix(4)) : octets
    }

    /// `nil` when the text is no address.
    public init?(_ text: String) {
        guard let address = try? SocketAddress(ipAddress: text, port: 0) else { return nil }
        self.init(address)
    }

    /// `nil` for a socket of this machine's file system.
    public init?(_ address: SocketAddress) {
        // Where the address lies in sockaddr_in and sockaddr_in6.
        let place: Range<Int>
        switch address {
        case .v4: place = 4..<8
        case .v6: place = 8..<24
        case .unixDomainSocket: return nil
        }
        self.init(octets: address.withSockAddr { Array(UnsafeRawBufferPointer(start: $0, count: $1)[place]) })
    }
}
