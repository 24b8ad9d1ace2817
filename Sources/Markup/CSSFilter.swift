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
        // Whatever is looked for has one of these.
        guard text.utf8.contains(where: { Self.marks.contains($0) }) else { return false }
        let plain = Array(Self.unescaped(text).utf8)
        // Nothing that could be taken for a tag, were the style sheet ever read as something else.
        var place = 0
        while let start = plain[place...].firstIndex(of: UInt8(ascii: "<")), start + 1 < plain.count {
            if (0x61...0x7A).contains(plain[start + 1]) || "/!?".utf8.contains(plain[start + 1]) { return true }
            place = start + 1
        }
        for word in Self.words where Self.place(of: word, in: plain, from: 0) != nil { return true }
        place = 0
        while let start = Self.place(of: Self.address, in: plain, from: place) {
            let end = plain[start...].firstIndex(of: UInt8(ascii: ")")) ?? plain.count
            let url = plain[(start + Self.address.count)..<end].filter { $0 != 0x22 && $0 != 0x27 }
            if !URLFilter.isAllowed(String(decoding: url, as: UTF8.self), for: .image) { return true }
            place = end
        }
        return false
    }

    private static let marks = Set("<(:@-\\".utf8)
    private static let address = Array("url(".utf8)
    private static let words = [
        "expression(", "javascript:", "vbscript:", "behavior:", "-moz-binding", "@import", "position:fixed",
        "position:sticky",
    ].map { Array($0.utf8) }

    private static func place(of word: [UInt8], in text: [UInt8], from start: Int) -> Int? {
        var place = start
        while let found = text[place...].firstIndex(of: word[0]), found + word.count <= text.count {
            if text[found..<(found + word.count)].elementsEqual(word) { return found }
            place = found + 1
        }
        return nil
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
