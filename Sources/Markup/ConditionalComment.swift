/// What a comment says to Outlook: `[if mso]>…<![endif]`, or one of its halves.
struct ConditionalComment {
    /// In lower case, without white space.
    private let octets: [UInt8]

    init(_ text: String) {
        octets = text.utf8.compactMap { byte in
            byte <= 0x20 || byte == 0x7F ? nil : (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
        }
    }

    var isConditional: Bool {
        octets.starts(with: "[if".utf8) && holds(Array("]>".utf8)) || octets.starts(with: "<![endif]".utf8)
    }

    /// Whether there is something in it that runs or loads something.
    var isActive: Bool { Self.active.contains(where: holds) || holdsHandler }

    private static let active = [
        "<script", "<iframe", "<object", "<embed", "<form", "<input", "<link", "<meta", "<base", "<svg", "<math",
        "javascript:", "vbscript:", "expression(", "--",
    ].map { Array($0.utf8) }

    private func holds(_ word: [UInt8]) -> Bool {
        guard let first = word.first else { return true }
        var rest = octets[...]
        while let start = rest.firstIndex(of: first) {
            rest = octets[start...]
            if rest.starts(with: word) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    /// `on`, at least one letter, `=`. One pass over runs of letters: each end is looked at once.
    private var holdsHandler: Bool {
        // Where the first `on` of this run of letters ends.
        var end: Int?
        var last: UInt8 = 0
        for (index, byte) in octets.enumerated() {
            if byte == UInt8(ascii: "="), let end, index > end { return true }
            if !(0x61...0x7A).contains(byte) {
                end = nil
            } else if end == nil, byte == UInt8(ascii: "n"), last == UInt8(ascii: "o") {
                end = index + 1
            }
            last = byte
        }
        return false
    }
}
