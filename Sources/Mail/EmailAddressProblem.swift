/// Why a text is not an address that mail can be sent to.
public struct EmailAddressProblem: Error, Hashable, Sendable {
    public enum Kind: Error, Hashable, Sendable {
        case empty, noAt, severalAts, noLocalPart, noDomain, angleBrackets
        case spaceInLocalPart, spaceInDomain
        /// A control, line-break or invisible character, by its code point.
        case invisibleCharacter(UInt32)
        case characterInLocalPart(Character)
        case dotInLocalPart
        case unclosedQuote
        case localPartTooLong, tooLong
        case addressLiteral
        case domainWithoutDot
        case emptyLabel, labelTooLong, hyphen
        case characterInDomain(Character)
        case numericTopLevel
        case invalidInternationalDomain
    }

    public var kind: Kind
    /// What was given, shortened, with its controls made visible.
    public var text: String

    init(kind: Kind, text: String) {
        self.kind = kind
        self.text = Self.shown(text)
    }

    /// One sentence: what is wrong with which text.
    public var userMessage: String {
        switch kind {
        case .empty: "The address is empty."
        case .noAt: "\"\(text)\" has no @."
        case .severalAts: "\"\(text)\" has more than one @; write one address only."
        case .noLocalPart: "\"\(text)\" has nothing before the @."
        case .noDomain: "\"\(text)\" has no domain after the @."
        case .angleBrackets: "\"\(text)\" has angle brackets; write only the address, without name and brackets."
        case .spaceInLocalPart: "\"\(text)\" has a space before the @."
        case .spaceInDomain: "\"\(text)\" has a space after the @."
        case .invisibleCharacter(let code):
            "\"\(text)\" contains \(Self.name(of: code)), which no address may contain; remove it."
        case .characterInLocalPart(let character): "\"\(text)\" has a \"\(character)\" before the @."
        case .dotInLocalPart: "\"\(text)\" has a dot too many before the @ (at its start, its end, or two in a row)."
        case .unclosedQuote: "\"\(text)\" has a quotation mark that is not closed right before the @."
        case .localPartTooLong: "\"\(text)\" has more than 64 bytes before the @."
        case .tooLong: "\"\(text)\" is longer than the 254 bytes that an address may have."
        case .addressLiteral: "\"\(text)\" names a computer by its IP address; use an address with a domain name."
        case .domainWithoutDot: "The domain of \"\(text)\" has no dot; it must end like example.org."
        case .emptyLabel: "The domain of \"\(text)\" has a dot too many."
        case .labelTooLong: "The domain of \"\(text)\" has a part with more than 63 letters, or more than 253 in all."
        case .hyphen: "The domain of \"\(text)\" has a part that begins or ends with a hyphen."
        case .characterInDomain(let character): "The domain of \"\(text)\" has a \"\(character)\" in it."
        case .numericTopLevel: "The domain of \"\(text)\" ends in a number; it must end like example.org."
        case .invalidInternationalDomain:
            "The domain of \"\(text)\" is not a valid international domain name; check its letters."
        }
    }

    private static func name(of code: UInt32) -> String {
        switch code {
        case 0: return "a NUL character"
        case 0x09: return "a tab"
        case 0x0A, 0x0D, 0x85, 0x2028, 0x2029: return "a line break"
        case 0xA0: return "a no-break space"
        default:
            let digits = String(code, radix: 16, uppercase: true)
            let padding = String(repeating: "0", count: max(0, 4 - digits.count))
            return "the invisible character U+\(padding)\(digits)"
        }
    }

    private static func shown(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(60) {
            if EmailAddressSyntax.isInvisible(scalar), scalar != " " {
                shown += "\u{FFFD}"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return text.unicodeScalars.count > 60 ? shown + "…" : shown
    }
}
