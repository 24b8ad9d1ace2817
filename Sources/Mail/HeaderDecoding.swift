internal import Foundation

/// Encoded words back to text (RFC 2047 §6), tolerant.
enum HeaderDecoding {
    static func text(_ raw: [UInt8]) -> String {
        var result = ""
        // Bytes of neighbouring words of one charset are joined first: some senders split inside a character.
        var pending: [UInt8] = []
        var pendingCharset = ""
        var plain: [UInt8] = []

        func flushPending() {
            if !pending.isEmpty { result += Charset.decode(pending, pendingCharset) }
            pending = []
        }
        func flushPlain() {
            result += String(decoding: plain, as: UTF8.self)
            plain = []
        }

        var index = raw.startIndex
        while index < raw.endIndex {
            if raw[index] == UInt8(ascii: "="), let word = encodedWord(raw, index) {
                // White space between two encoded words is not part of the text.
                if !pending.isEmpty, plain.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { plain = [] }
                if word.charset != pendingCharset || !plain.isEmpty { flushPending() }
                flushPlain()
                pendingCharset = word.charset
                pending += word.bytes
                index = word.end
            } else {
                let isBlank = raw[index] == 0x20 || raw[index] == 0x09
                if !isBlank, !pending.isEmpty { flushPending() }
                plain.append(raw[index])
                index += 1
            }
        }
        flushPending()
        flushPlain()
        return result.trimmingCharacters(in: .whitespaces)
    }

    private static func encodedWord(
        _ raw: [UInt8], _ start: Int
    ) -> (charset: String, bytes: [UInt8], end: Int)? {
        guard start + 1 < raw.count, raw[start + 1] == UInt8(ascii: "?") else { return nil }
        var marks: [Int] = []
        var index = start + 2
        while index < raw.count, marks.count < 3, index - start < 1000 {
            if raw[index] == UInt8(ascii: "?") {
                marks.append(index)
            } else if raw[index] == 0x20 {
                return nil
            }
            index += 1
        }
        guard marks.count == 3, index < raw.count, raw[index] == UInt8(ascii: "=") else { return nil }
        // RFC 2231 §5: the charset may be followed by a language.
        let charset = String(decoding: raw[(start + 2)..<marks[0]], as: UTF8.self).lowercased()
            .split(separator: "*").first.map(String.init)
        guard let charset, marks[1] == marks[0] + 2 else { return nil }
        let content = raw[(marks[1] + 1)..<marks[2]]
        switch raw[marks[0] + 1] {
        case UInt8(ascii: "B"), UInt8(ascii: "b"): return (charset, Base64.decode(content), index + 1)
        case UInt8(ascii: "Q"), UInt8(ascii: "q"):
            let spaced = content.map { $0 == UInt8(ascii: "_") ? 0x20 : $0 }
            return (charset, QuotedPrintable.decode(spaced[...]), index + 1)
        default: return nil
        }
    }
}

/// Bytes of a named charset as text.
enum Charset {
    static func decode(_ bytes: [UInt8], _ charset: String) -> String {
        switch charset {
        case "iso-8859-1", "latin1", "windows-1252", "cp1252":
            String(bytes: bytes, encoding: .windowsCP1252) ?? String(bytes: bytes, encoding: .isoLatin1)
                ?? String(decoding: bytes, as: UTF8.self)
        case "iso-8859-2": String(bytes: bytes, encoding: .isoLatin2) ?? String(decoding: bytes, as: UTF8.self)
        case "utf-16": String(bytes: bytes, encoding: .utf16) ?? String(decoding: bytes, as: UTF8.self)
        default: String(decoding: bytes, as: UTF8.self)
        }
    }
}
