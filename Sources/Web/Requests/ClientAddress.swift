internal import NIOCore
internal import Networks

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
            guard let known = NetworkAddress(address), trustedProxies.contains(where: { $0.contains(known) }),
                NetworkAddress(String(hop)) != nil
            else { break }
            address = String(hop)
        }
        guard let bytes = NetworkAddress(address)?.octets else { return address }
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: 8, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
        return groups.joined(separator: ":") + "::/64"
    }
}
