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

extension RecipientFields {
    /// The text in which the free search looks: all nine fields, folded, a line each, so that nothing
    /// is found across two fields.
    public var searchText: String {
        let length = RecipientField.allCases.reduce(RecipientField.allCases.count - 1) { $0 + self[$1].utf8.count }
        var isASCII = true
        let quick = String(unsafeUninitializedCapacity: length) { output in
            var count = 0
            for field in RecipientField.allCases {
                if count > 0 || field != .email {
                    output[count] = 0x0A
                    count += 1
                }
                for byte in self[field].utf8 {
                    if byte >= 0x80 { isASCII = false }
                    output[count] = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
                    count += 1
                }
                if !isASCII { return 0 }
            }
            return count
        }
        return isASCII ? quick : Self.folded(values.joined(separator: "\n"))
    }

    /// Lower case, without accents, ß as ss and so on: `folded("Müller") == folded("MULLER")`. Fold what is searched
    /// for as well.
    public static func folded(_ text: String) -> String {
        var text = text
        let isASCII = text.withUTF8 { $0.allSatisfy { $0 < 0x80 } }
        if isASCII {
            return String(unsafeUninitializedCapacity: text.utf8.count) { output in
                var count = 0
                for byte in text.utf8 {
                    output[count] = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
                    count += 1
                }
                return count
            }
        }
        var folded = String.UnicodeScalarView()
        for scalar in text.decomposedStringWithCompatibilityMapping.unicodeScalars {
            if scalar.isASCII {
                let upper = scalar.value >= 0x41 && scalar.value <= 0x5A
                folded.append(upper ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar)
                continue
            }
            if scalar.properties.generalCategory == .nonspacingMark { continue }
            switch scalar {
            case "ß", "ẞ": folded.append(contentsOf: "ss".unicodeScalars)
            case "æ", "Æ": folded.append(contentsOf: "ae".unicodeScalars)
            case "œ", "Œ": folded.append(contentsOf: "oe".unicodeScalars)
            case "ø", "Ø": folded.append("o")
            case "ł", "Ł": folded.append("l")
            case "đ", "Đ", "ð", "Ð": folded.append("d")
            case "ı", "İ": folded.append("i")
            case "þ", "Þ": folded.append(contentsOf: "th".unicodeScalars)
            default: folded.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return String(folded)
    }
}
