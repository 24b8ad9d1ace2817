/// A header's value with parameters: `multipart/alternative; boundary="…"` (RFC 2045 §5.1), tolerant.
struct HeaderParameters {
    /// Lower-cased, without parameters.
    let value: String
    private var parameters: [String: String] = [:]

    subscript(name: String) -> String? { parameters[name] }

    init(_ text: String) {
        var pieces = Self.split(text)
        value = HeaderText.trimmed(pieces.isEmpty ? "" : pieces.removeFirst()).lowercased()
        for piece in pieces.prefix(50) {
            guard let equals = piece.firstIndex(of: "=") else { continue }
            let name = HeaderText.trimmed(String(piece[..<equals])).lowercased()
            let raw = HeaderText.trimmed(String(piece[piece.index(after: equals)...]))
            if parameters[name] == nil { parameters[name] = Self.unquoted(raw) }
        }
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
