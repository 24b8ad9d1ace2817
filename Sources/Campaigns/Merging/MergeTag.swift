/// Something in the source that looks like a tag: a brace, a name, a brace.
struct MergeTag {
    enum Kind: Hashable {
        case value
        case section
        case invertedSection
        case closing
    }

    let kind: Kind
    let name: String
    /// Octets of the source; empty where there is none.
    let fallback: Range<Int>
    /// Spaces between the braces and the name: not a tag, but perhaps meant as one.
    let hasSpaces: Bool
    let start: Int
    /// Behind the closing brace.
    let end: Int

    /// nil if the brace at `start` is not the beginning of anything like a tag.
    init?(in source: [UInt8], at start: Int) {
        var position = start + 1
        func byte() -> UInt8? { position < source.count ? source[position] : nil }
        func skipSpaces() -> Bool {
            let from = position
            while let space = byte(), space == UInt8(ascii: " "), position - from < 4 { position += 1 }
            return position > from
        }

        var hasSpaces = skipSpaces()
        switch byte() {
        case UInt8(ascii: "#"): kind = .section
        case UInt8(ascii: "^"): kind = .invertedSection
        case UInt8(ascii: "/"): kind = .closing
        default: kind = .value
        }
        if kind != .value { position += 1 }

        let nameStart = position
        guard let first = byte(), Self.isLetter(first) else { return nil }
        while let next = byte(), Self.isLetter(next) || Self.isDigit(next) { position += 1 }
        guard position - nameStart <= MergeCompiler.longestName else { return nil }
        name = String(decoding: source[nameStart..<position], as: UTF8.self)
        if skipSpaces() { hasSpaces = true }

        if kind == .value, byte() == UInt8(ascii: "|") {
            let fallbackStart = position + 1
            position = fallbackStart
            while let next = byte(), !Self.endsFallback(next), position - fallbackStart <= MergeCompiler.longestFallback
            {
                position += 1
            }
            fallback = fallbackStart..<position
        } else {
            fallback = position..<position
        }
        guard byte() == UInt8(ascii: "}") else { return nil }
        self.hasSpaces = hasSpaces
        self.start = start
        end = position + 1
    }

    /// Letters beyond ASCII count, so that `{prénom}` is reported and not sent as it is.
    private static func isLetter(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_")
            || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func endsFallback(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "}") || byte == UInt8(ascii: "{") || byte == 0x0A || byte == 0x0D
    }
}

/// Turns growing offsets into lines and columns without counting from the beginning each time.
struct SourcePosition {
    private var offset = 0
    private var line = 1
    private var column = 1

    mutating func position(of wanted: Int, in source: [UInt8]) -> (line: Int, column: Int) {
        if wanted < offset { self = SourcePosition() }
        for byte in source[offset..<wanted] {
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        offset = wanted
        return (line, column)
    }
}
