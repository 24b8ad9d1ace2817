/// Cuts HTML into tags, comments and text as a browser's tokenizer does (HTML §13.2.5), without building anything.
struct HTMLScanner {
    enum Token: Equatable {
        case text
        case startTag(name: String, attributes: Int)
        case endTag(name: String)
        case comment
        case doctype
        /// `<?…>`, `<![CDATA[…]]>` and the like, or a tag that the file ends in: nothing is shown of it.
        case bogus
    }

    /// What never ends, or ends too late: nobody sees the text behind it.
    enum Fault: Hashable {
        /// `<a href="https://x.example/>click</a>`
        case openQuote(attribute: String)
        /// The same, with a quote somewhere behind.
        case lateQuote(attribute: String)
        case openTag(String)
        case openComment
        /// `<style>` without its end.
        case openElement(String)
    }

    let source: [UInt8]
    private(set) var position = 0
    /// What is wrong with what was read last, and where that begins.
    private(set) var fault: (kind: Fault, offset: Int)?

    init(_ source: [UInt8]) {
        self.source = source
    }

    /// The next token and its octets; nil at the end.
    mutating func next() -> (token: Token, range: Range<Int>)? {
        guard position < source.count else { return nil }
        let start = position
        fault = nil
        let token = source[start] == UInt8(ascii: "<") ? markup() : text()
        return (token, start..<position)
    }

    /// Moves behind text that is not markup, up to `</name`.
    mutating func skipRawText(of name: String) -> Range<Int> {
        let start = position
        let letters = Array(name.utf8)
        fault = nil
        while position < source.count {
            if source[position] == UInt8(ascii: "<"), byte(1) == UInt8(ascii: "/"), matches(letters, at: position + 2),
                Self.endsName(byte(2 + letters.count) ?? 0x3E)
            {
                return start..<position
            }
            position += 1
        }
        fault = (.openElement(name), start)
        return start..<position
    }

    private func byte(_ offset: Int) -> UInt8? {
        position + offset < source.count ? source[position + offset] : nil
    }

    private func matches(_ lowerCase: [UInt8], at index: Int) -> Bool {
        guard index + lowerCase.count <= source.count else { return false }
        return lowerCase.indices.allSatisfy { Self.lower(source[index + $0]) == lowerCase[$0] }
    }

    private mutating func text() -> Token {
        position += 1
        while let next = byte(0), next != UInt8(ascii: "<") { position += 1 }
        return .text
    }

    private mutating func markup() -> Token {
        guard let next = byte(1) else { return text() }
        let start = position
        switch next {
        case UInt8(ascii: "!"):
            if matches(Array("<!--".utf8), at: position) { return comment() }
            let isDoctype = matches(Array("<!doctype".utf8), at: position)
            skipTag("!", from: start)
            return isDoctype ? .doctype : .bogus
        case UInt8(ascii: "?"):
            skipTag("?", from: start)
            return .bogus
        case UInt8(ascii: "/"):
            guard let letter = byte(2), Self.isLetter(letter) else {
                skipTag("/", from: start)
                return .bogus
            }
            position += 2
            let name = tagName()
            guard attributes() != nil else { return unended("/" + name, from: start) }
            return .endTag(name: name)
        case let letter where Self.isLetter(letter):
            position += 1
            let name = tagName()
            guard let count = attributes() else { return unended(name, from: start) }
            return .startTag(name: name, attributes: count)
        default:
            return text()
        }
    }

    /// A tag that the source ends in. Where nothing stands in it but its name, nothing is lost.
    private mutating func unended(_ name: String, from start: Int) -> Token {
        if fault == nil, source[start...].contains(where: Self.isSpace) { fault = (.openTag(name), start) }
        return .bogus
    }

    private mutating func skipTag(_ name: String, from start: Int) {
        if !skip(behind: UInt8(ascii: ">")) { fault = (.openTag(name), start) }
    }

    private mutating func comment() -> Token {
        let start = position
        position += 4
        if byte(0) == UInt8(ascii: ">") {
            position += 1
        } else if byte(0) == UInt8(ascii: "-"), byte(1) == UInt8(ascii: ">") {
            position += 2
        } else {
            while position < source.count {
                if byte(0) == UInt8(ascii: "-"), byte(1) == UInt8(ascii: "-") {
                    if byte(2) == UInt8(ascii: ">") {
                        position += 3
                        return .comment
                    }
                    if byte(2) == UInt8(ascii: "!"), byte(3) == UInt8(ascii: ">") {
                        position += 4
                        return .comment
                    }
                }
                position += 1
            }
            fault = (.openComment, start)
        }
        return .comment
    }

    /// - Returns: whether it was there.
    private mutating func skip(behind end: UInt8) -> Bool {
        while position < source.count {
            position += 1
            if source[position - 1] == end { return true }
        }
        return false
    }

    private mutating func tagName() -> String {
        var name: [UInt8] = []
        while let next = byte(0), !Self.endsName(next) {
            if name.count < 40 { name.append(Self.lower(next)) }
            position += 1
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// Moves behind the tag's `>`; how many attributes it has. nil if the source ends before.
    private mutating func attributes() -> Int? {
        var count = 0
        while let next = byte(0) {
            if next == UInt8(ascii: ">") {
                position += 1
                return count
            }
            if Self.isSpace(next) || next == UInt8(ascii: "/") {
                position += 1
                continue
            }
            count += 1
            let start = position
            position += 1
            while let next = byte(0), !Self.endsName(next), next != UInt8(ascii: "=") { position += 1 }
            let name = start..<position
            skipSpace()
            guard byte(0) == UInt8(ascii: "=") else { continue }
            position += 1
            skipSpace()
            switch byte(0) {
            case let quote? where quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"):
                skipQuoted(quote, of: name)
            default:
                while let next = byte(0), !Self.isSpace(next), next != UInt8(ascii: ">") { position += 1 }
            }
        }
        return nil
    }

    /// Moves behind the value of an attribute. One with tags in it whose end something stands directly behind has lost its own
    /// quote, and found the next attribute's.
    private mutating func skipQuoted(_ quote: UInt8, of name: Range<Int>) {
        let start = position
        position += 1
        let isClosed = skip(behind: quote)
        if !isClosed {
            fault = (.openQuote(attribute: text(name)), start)
        } else if fault == nil, let next = byte(0), !Self.endsName(next), holdsTag(start..<position) {
            fault = (.lateQuote(attribute: text(name)), start)
        }
    }

    private func text(_ name: Range<Int>) -> String {
        String(decoding: source[name].prefix(40), as: UTF8.self).lowercased()
    }

    private func holdsTag(_ range: Range<Int>) -> Bool {
        range.dropLast().contains { index in
            source[index] == UInt8(ascii: "<")
                && (Self.isLetter(source[index + 1]) || source[index + 1] == UInt8(ascii: "/"))
        }
    }

    private mutating func skipSpace() {
        while let next = byte(0), Self.isSpace(next) { position += 1 }
    }

    private static func lower(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0C || byte == 0x0D
    }
    private static func endsName(_ byte: UInt8) -> Bool {
        isSpace(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ">")
    }
}
