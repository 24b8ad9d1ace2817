/// A header's value with parameters: `multipart/alternative; boundary="…"` (RFC 2045 §5.1), tolerant.
struct HeaderParameters {
    /// Lower-cased, without parameters.
    let value: String
    private var parameters: [String: String] = [:]

    subscript(name: String) -> String? { parameters[name] }

    init(_ text: String) {
        var pieces = Self.split(text)
        value = HeaderText.trimmed(pieces.isEmpty ? "" : pieces.removeFirst()).lowercased()
        var continued: [String: [Int: (value: String, isEncoded: Bool)]] = [:]
        for piece in pieces.prefix(50) {
            guard let equals = piece.firstIndex(of: "=") else { continue }
            var name = HeaderText.trimmed(String(piece[..<equals])).lowercased()
            var value = Self.unquoted(HeaderText.trimmed(String(piece[piece.index(after: equals)...])))
            let isEncoded = name.hasSuffix("*")
            if isEncoded { name.removeLast() }
            if let star = name.lastIndex(of: "*"), let number = Int(name[name.index(after: star)...]) {
                continued[String(name[..<star]), default: [:]][number] = (value, isEncoded)
                continue
            }
            if isEncoded { value = Self.decoded(value) }
            if parameters[name] == nil { parameters[name] = value }
        }
        for (name, pieces) in continued where parameters[name] == nil { parameters[name] = Self.joined(pieces) }
    }

    /// A value in pieces (RFC 2231 §3); the first one names the charset of those that are encoded.
    private static func joined(_ pieces: [Int: (value: String, isEncoded: Bool)]) -> String {
        var text = ""
        var number = 0
        while let piece = pieces[number] {
            // What is not encoded must not look so once it stands among what is.
            text +=
                piece.isEncoded || pieces[0]?.isEncoded != true ? piece.value : piece.value.replacing("%", with: "%25")
            number += 1
        }
        return pieces[0]?.isEncoded == true ? decoded(text) : text
    }

    /// `utf-8'en'%E2%82%AC` (RFC 2231 §4).
    private static func decoded(_ text: String) -> String {
        let parts = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return text }
        let escaped = Array(parts[2].utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < escaped.count {
            if escaped[index] == UInt8(ascii: "%"), index + 2 < escaped.count, let high = Hex.value(escaped[index + 1]),
                let low = Hex.value(escaped[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(escaped[index])
                index += 1
            }
        }
        return Charset.decode(bytes, parts[0].lowercased())
    }

    /// At semicolons outside quotes.
    private static func split(_ text: String) -> [String] {
        var pieces = [""]
        var isQuoted = false
        var isEscaped = false
        for character in text {
            if character == ";", !isQuoted {
                pieces.append("")
                continue
            }
            if character == "\"", !isEscaped { isQuoted.toggle() }
            isEscaped = character == "\\" && !isEscaped
            pieces[pieces.count - 1].append(character == "\t" ? " " : character)
        }
        return pieces
    }

    private static func unquoted(_ text: String) -> String {
        guard text.first == "\"" else { return text }
        var result = ""
        var isEscaped = false
        for character in text.dropFirst() {
            if isEscaped {
                result.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                break
            } else {
                result.append(character)
            }
        }
        return result
    }
}
