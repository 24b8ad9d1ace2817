internal import Foundation

extension RecipientFields {
    /// Every field trimmed, in NFC, without control characters and cut to its limit (at a character, not inside one).
    /// The address is only trimmed and cleaned: whether it is one, `Mail.EmailAddress` says.
    public func normalised() -> RecipientFields {
        var fields = self
        for field in RecipientField.allCases where !Self.isNormal(self[field], limit: field.limit) {
            // An address that is too long must stay so: cut, it would be another one.
            fields[field] = Self.normalised(self[field], limit: field == .email ? .max : field.limit)
        }
        return fields
    }

    /// The fields that are longer than their limit and that `normalised` would cut.
    public var tooLong: [RecipientField] {
        RecipientField.allCases.filter { self[$0].utf8.count > $0.limit }
    }

    /// One value trimmed, in NFC, without control characters (line breaks and tabs become spaces), and at most `limit`
    /// octets of UTF-8 long.
    public static func normalised(_ value: String, limit: Int) -> String {
        if isNormal(value, limit: limit) { return value }
        var scalars = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029:
                if scalars.last != " " { scalars.append(" ") }
            // Controls; and what only hides or reorders text: zero-width spaces, marks of direction, BOM.
            case 0..<0x20, 0x7F..<0xA0, 0x200B, 0x200E, 0x200F, 0x202A...0x202E, 0x2060, 0x2066...0x2069, 0xFEFF,
                0xFFFE...0xFFFF:
                continue
            default: scalars.append(scalar)
            }
        }
        var text = String(scalars)
        if !isComposed(text) { text = text.precomposedStringWithCanonicalMapping }
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        guard text.utf8.count > limit else { return text }
        var cut = ""
        for character in text {
            guard cut.utf8.count + String(character).utf8.count <= limit else { break }
            cut.append(character)
        }
        while let last = cut.last, last.isWhitespace { cut.removeLast() }
        return cut
    }

    /// The quick answer for nearly every value.
    static func isNormal(_ value: String, limit: Int) -> Bool {
        var value = value
        return value.withUTF8 { isNormal($0, limit: limit) }
    }

    /// Whether `normalised` would surely leave these octets as they are: short, ASCII or letters of western Europe, no
    /// space at the ends. False says nothing.
    public static func isNormal(_ bytes: UnsafeBufferPointer<UInt8>, limit: Int) -> Bool {
        guard let first = bytes.first, let last = bytes.last else { return true }
        guard bytes.count <= limit, first != 0x20, last != 0x20 else { return false }
        // C3 is the lead octet of U+00C0 … U+00FF: letters, composed; others take the long way.
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte >= 0x20, byte < 0x7F {
                index += 1
            } else if byte == 0xC3 {
                index += 2
            } else {
                return false
            }
        }
        return true
    }

    /// Below U+0300 there is nothing to compose.
    private static func isComposed(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 < 0xCC }
    }
}
