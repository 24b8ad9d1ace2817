/// What the HTML of a template calls a picture of the account: the first half of its content's hash. So the same picture has
/// the same name in every mail, as RFC 2045 §7 asks of a Content-ID.
public struct PictureKey: Sendable, Hashable, Comparable {
    /// 32 hexadecimal digits, in lower case.
    public let text: String

    static let domain = "@picture.martlet"
    private static let length = 16

    /// - Parameter hash: SHA-256.
    public init(hash: [UInt8]) {
        text = hash.prefix(Self.length).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// From 32 hexadecimal digits.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == Self.length * 2,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        self.text = String(text)
    }

    /// From an address of HTML, `cid:…`.
    public init?(address: some StringProtocol) {
        guard address.hasPrefix("cid:"), address.hasSuffix(Self.domain) else { return nil }
        self.init(address.dropFirst(4).dropLast(Self.domain.count))
    }

    /// Without angle brackets.
    public var contentID: String { text + Self.domain }
    public var address: String { "cid:" + contentID }

    /// The least and the greatest hash that have it.
    public var hashes: (first: [UInt8], last: [UInt8]) {
        var half: [UInt8] = []
        var rest = text[...]
        while let digits = rest.isEmpty ? nil : rest.prefix(2) {
            half.append(UInt8(digits, radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
        let missing = 32 - half.count
        return (half + [UInt8](repeating: 0, count: missing), half + [UInt8](repeating: 255, count: missing))
    }

    public static func < (a: Self, b: Self) -> Bool { a.text < b.text }
}

extension PictureKey {
    /// Those that a text names, each once, in their order.
    public static func all(in html: String) -> [PictureKey] {
        var seen: Set<PictureKey> = []
        return places(in: Array(html.utf8)).map(\.key).filter { seen.insert($0).inserted }
    }

    /// Where a text has their addresses.
    public static func places(in source: [UInt8]) -> [(range: Range<Int>, key: PictureKey)] {
        let (mark, end) = (Array("cid:".utf8), Array(domain.utf8))
        let whole = mark.count + length * 2 + end.count
        var places: [(range: Range<Int>, key: PictureKey)] = []
        var position = 0
        while position + whole <= source.count {
            guard source[position] == mark[0], source[position...].starts(with: mark),
                let key = PictureKey(
                    address: String(decoding: source[position..<(position + whole)], as: UTF8.self))
            else {
                position += 1
                continue
            }
            places.append((position..<(position + whole), key))
            position += whole
        }
        return places
    }
}
