internal import Foundation

/// The grammar of addresses over their bytes (RFC 5321 §4.1.2, RFC 6531 §3.3).
enum EmailAddressSyntax {
    private static let quote = UInt8(ascii: "\""), backslash = UInt8(ascii: "\\"), at = UInt8(ascii: "@")
    private static let dot = UInt8(ascii: ".")

    /// Whether a character has no shape of its own: controls, format characters, spaces other than U+0020.
    static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7F { return scalar.value < 0x20 }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate: return true
        default: return false
        }
    }

    static func refuseInvisible(_ bytes: ArraySlice<UInt8>) throws(EmailAddressProblem.Kind) {
        var isASCII = true
        for byte in bytes {
            if byte < 0x20 || byte == 0x7F { throw .invisibleCharacter(UInt32(byte)) }
            if byte >= 0x80 { isASCII = false }
        }
        if isASCII { return }
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars where isInvisible(scalar) {
            // A zero-width (non-)joiner belongs to some scripts; the domain's rules decide about it.
            if scalar != " ", scalar.value != 0x200C, scalar.value != 0x200D { throw .invisibleCharacter(scalar.value) }
        }
    }

    /// The index of the @ between local part and domain.
    static func separator(in bytes: ArraySlice<UInt8>) throws(EmailAddressProblem.Kind) -> Int {
        if bytes.first == quote { return try separatorAfterQuote(in: bytes) }
        guard let index = bytes.firstIndex(of: at) else { throw .noAt }
        if bytes.last == UInt8(ascii: ">") { throw .angleBrackets }
        guard !bytes[(index + 1)...].contains(at) else { throw .severalAts }
        return index
    }

    private static func separatorAfterQuote(in bytes: ArraySlice<UInt8>) throws(EmailAddressProblem.Kind) -> Int {
        var index = bytes.startIndex + 1
        while index < bytes.endIndex {
            switch bytes[index] {
            case backslash: index += 2
            case quote:
                let next = index + 1
                if bytes.last == UInt8(ascii: ">") { throw .angleBrackets }
                guard next < bytes.endIndex else { throw .noAt }
                guard bytes[next] == at else { throw .unclosedQuote }
                return next
            default: index += 1
            }
        }
        throw .unclosedQuote
    }

    static func checkLocalPart(_ local: ArraySlice<UInt8>) throws(EmailAddressProblem.Kind) {
        guard let first = local.first, let last = local.last else { throw .noLocalPart }
        guard local.count <= 64 else { throw .localPartTooLong }
        if first == quote {
            guard local.count > 2 else { throw .noLocalPart }
            return try refuseJoiners(local)
        }
        guard first != dot, last != dot else { throw .dotInLocalPart }
        var previous: UInt8 = 0
        for byte in local {
            if byte == dot, previous == dot { throw .dotInLocalPart }
            if !isAtomText(byte), byte != dot {
                if byte == 0x20 { throw .spaceInLocalPart }
                if byte == UInt8(ascii: "<") { throw .angleBrackets }
                throw .characterInLocalPart(Character(Unicode.Scalar(byte)))
            }
            previous = byte
        }
        try refuseJoiners(local)
    }

    private static func refuseJoiners(_ local: ArraySlice<UInt8>) throws(EmailAddressProblem.Kind) {
        guard local.contains(where: { $0 >= 0x80 }) else { return }
        for scalar in String(decoding: local, as: UTF8.self).unicodeScalars
        where isInvisible(scalar) && scalar != " " {
            throw .invisibleCharacter(scalar.value)
        }
    }

    /// RFC 5322 §3.2.3 `atext`, and every byte of UTF-8 beyond ASCII (RFC 6531 §3.3).
    static func isAtomText(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"),
            UInt8(ascii: "="), UInt8(ascii: "?"), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"),
            UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// Case folded, composed (NFC), without quotes that change nothing.
    static func canonicalLocalPart(_ local: String) -> String {
        let folded = local.lowercased()
        let isASCII = folded.utf8.allSatisfy { $0 < 0x80 }
        let composed = isASCII ? folded : folded.precomposedStringWithCanonicalMapping
        guard composed.utf8.first == quote else { return composed }
        let content = unquoted(Array(composed.utf8))
        if isDotAtom(content) { return String(decoding: content, as: UTF8.self) }
        var quoted: [UInt8] = [quote]
        for byte in content {
            if byte == quote || byte == backslash { quoted.append(backslash) }
            quoted.append(byte)
        }
        quoted.append(quote)
        return String(decoding: quoted, as: UTF8.self)
    }

    private static func unquoted(_ bytes: [UInt8]) -> [UInt8] {
        var content: [UInt8] = []
        var isEscaped = false
        for byte in bytes.dropFirst().dropLast() {
            if byte == backslash, !isEscaped {
                isEscaped = true
            } else {
                content.append(byte)
                isEscaped = false
            }
        }
        return content
    }

    private static func isDotAtom(_ bytes: [UInt8]) -> Bool {
        bytes.split(separator: dot, omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && $0.allSatisfy(isAtomText) }
    }
}
