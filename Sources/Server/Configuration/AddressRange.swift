internal import Foundation

/// An IP address or a range of them in CIDR notation: `127.0.0.1`, `10.0.0.0/8`, `fd00::/8` (RFC 4632, RFC 4291 §2.3).
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    /// As it was written.
    public let text: String
    /// 4 or 16.
    public let network: [UInt8]
    public let prefixLength: Int

    public var description: String { text }

    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let bytes = Self.bytes(of: String(first)) else { return nil }
        var length = bytes.count * 8
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let given = Int(parts[1]), given <= length
            else {
                return nil
            }
            length = given
        }
        self.text = text
        network = bytes
        prefixLength = length
    }

    static func bytes(of address: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, address, &four) == 1 { return withUnsafeBytes(of: &four) { Array($0) } }
        var six = in6_addr()
        if inet_pton(AF_INET6, address, &six) == 1 { return withUnsafeBytes(of: &six) { Array($0) } }
        return nil
    }
}
