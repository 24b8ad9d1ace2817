/// A network in CIDR notation, `10.0.0.0/8` or `fd00::/8`; a single address is a network of one.
public struct AddressRange: Sendable, Hashable {
    let first: NetworkAddress
    private let prefix: Int

    /// `nil` when the text is no address or network.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1)
        guard let part = parts.first, let address = NetworkAddress(String(part)) else { return nil }
        let length = address.octets.count * 8
        let prefix = parts.count == 2 ? Int(parts[1]) : length
        guard let prefix, (0...length).contains(prefix) else { return nil }
        self.first = address
        self.prefix = prefix
    }

    public func contains(_ address: NetworkAddress) -> Bool {
        let (ours, theirs) = (first.octets, address.octets)
        guard ours.count == theirs.count else { return false }
        for bit in 0..<prefix where (theirs[bit / 8] ^ ours[bit / 8]) & (0x80 >> UInt8(bit % 8)) != 0 { return false }
        return true
    }
}
