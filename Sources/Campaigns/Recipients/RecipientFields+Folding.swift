internal import Foundation

extension RecipientFields {
    /// The text in which the free search looks: all nine fields, folded, a line each, so that nothing
    /// is found across two fields.
    public var searchText: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        for field in RecipientField.allCases {
            if field != .email { bytes.append(0x0A) }
            var text = self[field]
            text.withUTF8 { Self.appendFolded($0, to: &bytes) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Lower case, without accents, ß as ss and so on: `folded("Müller") == folded("MULLER")`. Fold what is searched
    /// for as well.
    public static func folded(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 8)
        var text = text
        text.withUTF8 { appendFolded($0, to: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends a text in UTF-8, folded. Nearly every name in Latin letters is folded octet by octet.
    public static func appendFolded(_ text: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        let start = output.count
        // Nearly always ASCII: all at once, rather than with a look for room for each octet.
        output.append(contentsOf: text)
        let isASCII = output.withUnsafeMutableBufferPointer { octets in
            var all: UInt8 = 0
            for place in start..<octets.count {
                let byte = octets[place]
                all |= byte
                octets[place] = byte &- 0x41 < 26 ? byte | 0x20 : byte
            }
            return all < 0x80
        }
        if isASCII { return }
        output.removeLast(output.count - start)
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                output.append(byte &- 0x41 < 26 ? byte | 0x20 : byte)
                index += 1
            } else if latinLeads.contains(byte), index + 1 < text.count {
                output.append(contentsOf: latin[Int(byte & 0x1F) << 6 + Int(text[index + 1] & 0x3F) - 0x80])
                index += 2
            } else {
                output.removeLast(output.count - start)
                output.append(contentsOf: foldedSlowly(String(decoding: text, as: UTF8.self)).utf8)
                return
            }
        }
    }

    /// The first of the two octets of U+0080 … U+017F.
    private static let latinLeads: ClosedRange<UInt8> = 0xC2...0xC5

    /// What each of U+0080 … U+017F is folded to.
    private static let latin = (0x80...0x17F).map { value in
        Unicode.Scalar(UInt32(value)).map { Array(foldedSlowly(String(Character($0))).utf8) } ?? []
    }

    /// Any text.
    static func foldedSlowly(_ text: String) -> String {
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
