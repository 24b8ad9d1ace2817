import Networks

/// The network that somebody reads from, never a whole address: the first 24 bits of an IPv4 address, the first 48 of an IPv6
/// one, as sites usually get them. Empty for what is no address.
struct ReaderNetwork {
    let text: String

    /// - Parameter subject: what ``ClientAddress`` gives: an IPv4 address, or the /64 of an IPv6 one.
    init(subject: String) {
        guard let octets = NetworkAddress(String(subject.prefix { $0 != "/" }))?.octets else {
            text = ""
            return
        }
        if octets.count == 4 {
            text = "\(octets[0]).\(octets[1]).\(octets[2]).0/24"
        } else {
            let groups = stride(from: 0, to: 6, by: 2).map {
                String(Int(octets[$0]) << 8 | Int(octets[$0 + 1]), radix: 16)
            }
            text = groups.joined(separator: ":") + "::/48"
        }
    }
}
