/// What a header's text may look like, and what it must not contain.
public enum HeaderText {
    /// How a display name is written (RFC 5322 §3.2.5 `phrase`).
    enum PhraseForm {
        case atoms, encoded
        case quoted([UInt8])
    }

    /// One line: line breaks and tabs become one space, other controls and invisible line separators vanish.
    public static func clean(_ text: String) -> String {
        if text.utf8.allSatisfy(isSurelyClean) { return text }
        var result = String.UnicodeScalarView()
        var isInBreak = false
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D, 0x0B, 0x0C, 0x85, 0x2028, 0x2029:
                if !isInBreak { result.append(" ") }
                isInBreak = true
            case 0..<0x20, 0x7F...0x9F: break
            default:
                result.append(scalar)
                isInBreak = false
            }
        }
        return String(result)
    }

    /// Whether an octet of UTF-8 is no part of anything that is taken away: C2 begins U+0080 … U+00BF, E2 the invisible
    /// separators.
    private static func isSurelyClean(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F && byte != 0xC2 && byte != 0xE2
    }

    static func trimmed(_ text: String) -> String {
        if text.utf8.first != 0x20, text.utf8.last != 0x20 { return text }
        var rest = text[...]
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }

    /// Whether a text can stand in a header as it is: ASCII, short words, single spaces, nothing like an encoded word.
    static func isPlain(_ text: String) -> Bool {
        var word = 0
        var previous: UInt8 = 0x20
        for byte in text.utf8 {
            guard byte < 0x7F else { return false }
            if byte == 0x20 {
                if previous == 0x20 { return false }
                word = 0
            } else {
                word += 1
                if word > 60 || previous == UInt8(ascii: "=") && byte == UInt8(ascii: "?") { return false }
            }
            previous = byte
        }
        return previous != 0x20 || text.isEmpty
    }

    /// Whether a header for programs can be folded at its spaces without a line of more than 998 octets.
    static func isFoldable(_ text: String) -> Bool {
        var word = 0
        for byte in text.utf8 {
            guard byte < 0x7F else { return false }
            word = byte == 0x20 ? 0 : word + 1
            if word > 900 { return false }
        }
        return true
    }

    static func phraseForm(_ name: String) -> PhraseForm {
        guard isPlain(name), name.utf8.count <= 60 else { return .encoded }
        if name.utf8.allSatisfy({ $0 == 0x20 || EmailAddressSyntax.isAtomText($0) }) { return .atoms }
        var quoted: [UInt8] = [UInt8(ascii: "\"")]
        for byte in name.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { quoted.append(UInt8(ascii: "\\")) }
            quoted.append(byte)
        }
        quoted.append(UInt8(ascii: "\""))
        return .quoted(quoted)
    }
}
