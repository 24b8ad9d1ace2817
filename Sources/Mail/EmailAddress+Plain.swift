extension EmailAddress {
    /// Whether these octets are surely an address in its usual form, which is its own key: lower-case ASCII, no quotes, a
    /// domain of two labels or more, none of them an A-label. Of a million addresses nearly all are so, and need no value
    /// of their own. False says nothing.
    public static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count <= 254, let at = text.firstIndex(of: UInt8(ascii: "@")), (1...64).contains(at) else {
            return false
        }
        return isPlainLocalPart(text[..<at]) && isPlainDomain(text[(at + 1)...])
    }

    private static func isPlainLocalPart(_ local: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        var previous = UInt8(ascii: ".")
        for byte in local {
            if byte == UInt8(ascii: ".") {
                if previous == byte { return false }
            } else if !EmailAddressSyntax.isAtomText(byte) || byte >= 0x80 || isUpperCase(byte) {
                return false
            }
            previous = byte
        }
        return previous != UInt8(ascii: ".")
    }

    private static func isPlainDomain(_ domain: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard domain.count <= 253 else { return false }
        var labels = 1
        var length = 0
        var previous = UInt8(ascii: ".")
        var isNumeric = true
        for byte in domain {
            switch byte {
            case UInt8(ascii: "."):
                guard length > 0, previous != UInt8(ascii: "-") else { return false }
                labels += 1
                length = -1
                isNumeric = true
            case UInt8(ascii: "a")...UInt8(ascii: "z"): isNumeric = false
            case UInt8(ascii: "0")...UInt8(ascii: "9"): break
            case UInt8(ascii: "-"):
                // Two hyphens in a row may be those of "xn--", which has rules of its own.
                guard length > 0, previous != byte else { return false }
                isNumeric = false
            default: return false
            }
            length += 1
            guard length <= 63 else { return false }
            previous = byte
        }
        return labels > 1 && length > 0 && previous != UInt8(ascii: "-") && !isNumeric
    }

    private static func isUpperCase(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "A") < 26 }
}
