import NIOCore

/// Who is at the other end, for the limits on trying. `X-Forwarded-For` counts only when it comes from a proxy that the
/// configuration names; otherwise anybody could write any address into it.
struct ClientAddress: Sendable {
    let trustedProxies: [AddressRange]

    /// The address that limits are counted by: an IPv4 address, or the /64 of an IPv6 address, because a single
    /// household has all of it.
    func subject(peer: SocketAddress?, forwardedFor: String?) -> String {
        var address = peer?.ipAddress ?? "local"
        let hops = (forwardedFor ?? "").split(separator: ",").map { $0.filter { !$0.isWhitespace } }.suffix(32)
        for hop in hops.reversed() {
            guard let bytes = AddressRange.bytes(of: address), trustedProxies.contains(where: { $0.contains(bytes) }),
                AddressRange.bytes(of: String(hop)) != nil
            else { break }
            address = String(hop)
        }
        guard let bytes = AddressRange.bytes(of: address) else { return address }
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: 8, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
        return groups.joined(separator: ":") + "::/64"
    }
}

/// A network in CIDR notation, `10.0.0.0/8` or `fd00::/8`; a single address is a network of one.
public struct AddressRange: Sendable, Equatable {
    private let bytes: [UInt8]
    private let prefix: Int

    /// `nil` when the text is no address or network.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1)
        guard let first = parts.first, let bytes = Self.bytes(of: String(first)) else { return nil }
        let prefix = parts.count == 2 ? Int(parts[1]) : bytes.count * 8
        guard let prefix, (0...bytes.count * 8).contains(prefix) else { return nil }
        self.bytes = bytes
        self.prefix = prefix
    }

    func contains(_ address: [UInt8]) -> Bool {
        guard address.count == bytes.count else { return false }
        for bit in 0..<prefix where (address[bit / 8] ^ bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) != 0 { return false }
        return true
    }

    /// 4 or 16 bytes; an IPv4 address mapped into IPv6 counts as IPv4.
    static func bytes(of text: String) -> [UInt8]? {
        guard let address = try? SocketAddress(ipAddress: text, port: 0) else { return nil }
        // Where the address lies in sockaddr_in and sockaddr_in6.
        let place: Range<Int>
        switch address {
        case .v4: place = 4..<8
        case .v6: place = 8..<24
        case .unixDomainSocket: return nil
        }
        let bytes = address.withSockAddr { Array(UnsafeRawBufferPointer(start: $0, count: $1)[place]) }
        let isMapped =
            bytes.count == 16 && bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? Array(bytes.suffix(4)) : bytes
    }
}
