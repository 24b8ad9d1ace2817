/// Where a counted link leads: an address as its author wrote it, with merge tags that are filled in when it is followed.
public struct LinkTarget: Sendable {
    /// Longer addresses are not counted but left as they are: that of an answer (`Location`) is limited, by proxies often to
    /// 4 or 8 KB with all other headers.
    public static let longest = 2000
    /// Octets of an address with its values filled in.
    public static let longestFilled = 6000

    private let template: MergeTemplate

    public init(_ url: String) { template = MergeTemplate(url, as: .text) }

    /// Whether every recipient is led to the same place.
    public var isConstant: Bool { template.isConstant }

    /// Whether a link may lead through us: `http` or `https` with a host, written out, so that what a recipient's field
    /// holds can change where in a site it leads and never what kind of address it is. The links to unsubscribe and to view
    /// are our own already; a section that ends elsewhere cannot be taken out of its place.
    public static func isCountable(_ url: String) -> Bool {
        guard url.utf8.count <= longest, Address.hasHost(url.utf8) else { return false }
        let template = MergeTemplate(url, as: .text)
        return template.isBalanced && !template.usedNames.contains("unsubscribe_url")
            && !template.usedNames.contains("view_url")
    }

    /// Where it leads whoever has these values: `http` or `https`, visible ASCII without quotes; `nil` if that is nowhere.
    public func address(_ values: MergeValues) -> String? {
        let address = Address.encoded(template.bytes(values))
        guard address.count <= Self.longestFilled, Address.hasHost(address) else { return nil }
        return String(decoding: address, as: UTF8.self)
    }
}

private enum Address {
    /// Whether it begins with `http://` or `https://` and something that may be a host.
    static func hasHost(_ url: some Sequence<UInt8>) -> Bool {
        var rest = Array(url.prefix(16)).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }[...]
        guard rest.starts(with: "http".utf8) else { return false }
        rest = rest.dropFirst(4)
        if rest.first == UInt8(ascii: "s") { rest = rest.dropFirst() }
        guard rest.starts(with: "://".utf8), let first = rest.dropFirst(3).first else { return false }
        return first > 0x20 && !"/\\?#:@".utf8.contains(first)
    }

    /// As a browser would ask for it (URL Standard §4.4, §5.4, as far as it concerns links that were written by hand): spaces around
    /// it and tabs and line breaks in it are left out, what is no visible ASCII is percent-encoded, a backslash before the
    /// query is a slash.
    static func encoded(_ url: [UInt8]) -> [UInt8] {
        var address: [UInt8] = []
        address.reserveCapacity(url.count + 16)
        var isBeforeQuery = true
        let trimmed = url.drop { $0 <= 0x20 }
        let end = (trimmed.lastIndex { $0 > 0x20 }).map { $0 + 1 } ?? trimmed.startIndex
        for byte in trimmed[..<end] {
            switch byte {
            case 0x09, 0x0A, 0x0D: continue
            case UInt8(ascii: "\\") where isBeforeQuery: address.append(UInt8(ascii: "/"))
            case 0...0x20, 0x7F..., UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
                UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
                address.append(UInt8(ascii: "%"))
                address.append(hex(byte >> 4))
                address.append(hex(byte & 15))
            default:
                if byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") { isBeforeQuery = false }
                address.append(byte)
            }
        }
        return address
    }

    private static func hex(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10
    }
}
