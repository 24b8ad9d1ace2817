/// Removes from style sheets and style attributes what loads or runs something, or covers the page around the mail.
/// What it writes it leaves alone when it reads it again.
struct CSSFilter {
    private(set) var removals = Removals()

    /// The declarations of a `style` attribute.
    mutating func declarations(_ css: String) -> String {
        var kept: [String] = []
        for part in CSSParts(css, isSheet: false) {
            if let declaration = checked(declaration: part.text) { kept.append(declaration) }
        }
        return kept.joined(separator: "; ")
    }

    /// The text of a `<style>` element.
    mutating func sheet(_ css: String) -> String {
        var output = ""
        var depth = 0
        for part in CSSParts(css, isSheet: true) {
            switch part.end {
            case .opening:
                let isKept = !isDangerous(part.text)
                output += (isKept ? part.text : "martlet-removed") + " {\n"
                if !isKept { removals.note(.style(part.text)) }
                depth += 1
            case .semicolon, .closing, .end:
                if !part.text.isEmpty {
                    if depth > 0, let declaration = checked(declaration: part.text) {
                        output += declaration + ";\n"
                    } else if depth == 0 {
                        removals.note(.style(part.text))
                    }
                }
                if part.end == .closing, depth > 0 {
                    output += "}\n"
                    depth -= 1
                }
            }
        }
        return output + String(repeating: "}\n", count: depth)
    }

    private mutating func checked(declaration text: String) -> String? {
        guard !text.isEmpty else { return nil }
        if let colon = text.firstIndex(of: ":"), Self.isName(text[..<colon]), !isDangerous(text) {
            return text
        }
        removals.note(.style(text))
        return nil
    }

    /// Of a property; spaces may follow it.
    private static func isName(_ text: Substring) -> Bool {
        guard let end = text.lastIndex(where: { $0 != " " }) else { return false }
        return text[...end].utf8.allSatisfy { byte in
            byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte)
                || (0x61...0x7A).contains(byte | 0x20)
        }
    }

    private func isDangerous(_ text: String) -> Bool {
        let plain = Self.unescaped(text)
        // Nothing that could be taken for a tag, were the style sheet ever read as something else.
        if plain.firstMatch(of: /<[a-z\/!?]/) != nil { return true }
        for word in [
            "expression(", "javascript:", "vbscript:", "behavior:", "-moz-binding", "@import", "position:fixed",
            "position:sticky",
        ]
        where plain.contains(word) {
            return true
        }
        var rest = plain[...]
        while let start = rest.firstRange(of: "url(") {
            let end = rest[start.upperBound...].firstIndex(of: ")") ?? rest.endIndex
            let url = rest[start.upperBound..<end].filter { $0 != "\"" && $0 != "'" }
            if !URLFilter.isAllowed(String(url), for: .image) { return true }
            rest = rest[end...]
        }
        return false
    }

    /// Lower case, without spaces, escapes decoded (CSS Syntax §4.3.7).
    private static func unescaped(_ text: String) -> String {
        var plain = ""
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            if scalar == "\\" {
                let digits = rest.prefix(6).prefix { $0.properties.isASCIIHexDigit }
                if digits.isEmpty {
                    if let next = rest.popFirst() { plain.unicodeScalars.append(next) }
                } else {
                    rest = rest.dropFirst(digits.count)
                    if rest.first?.properties.isWhitespace == true { rest = rest.dropFirst() }
                    let code = UInt32(String(String.UnicodeScalarView(digits)), radix: 16).flatMap(Unicode.Scalar.init)
                    plain.unicodeScalars.append(code ?? "\u{FFFD}")
                }
            } else if scalar.value > 0x20 {
                plain.unicodeScalars.append(scalar)
            }
        }
        return plain.lowercased()
    }
}
