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

    let source: [UInt8]
    private(set) var position = 0

    init(_ source: [UInt8]) {
        self.source = source
    }

    /// The next token and its octets; nil at the end.
    mutating func next() -> (token: Token, range: Range<Int>)? {
        guard position < source.count else { return nil }
        let start = position
        let token = source[start] == UInt8(ascii: "<") ? markup() : text()
        return (token, start..<position)
    }

    /// Moves behind text that is not markup, up to `</name`.
    mutating func skipRawText(of name: String) -> Range<Int> {
        let start = position
        let name = Array(name.utf8)
        while position < source.count {
            if source[position] == UInt8(ascii: "<"), byte(1) == UInt8(ascii: "/"), matches(name, at: position + 2),
                Self.endsName(byte(2 + name.count) ?? 0x3E)
            {
                break
            }
            position += 1
        }
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
        switch next {
        case UInt8(ascii: "!"):
            if matches(Array("<!--".utf8), at: position) { return comment() }
            let isDoctype = matches(Array("<!doctype".utf8), at: position)
            skip(behind: UInt8(ascii: ">"))
            return isDoctype ? .doctype : .bogus
        case UInt8(ascii: "?"):
            skip(behind: UInt8(ascii: ">"))
            return .bogus
        case UInt8(ascii: "/"):
            guard let letter = byte(2), Self.isLetter(letter) else {
                skip(behind: UInt8(ascii: ">"))
                return .bogus
            }
            position += 2
            let name = tagName()
            return attributes() == nil ? .bogus : .endTag(name: name)
        case let letter where Self.isLetter(letter):
            position += 1
            let name = tagName()
            guard let count = attributes() else { return .bogus }
            return .startTag(name: name, attributes: count)
        default:
            return text()
        }
    }

    private mutating func comment() -> Token {
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
        }
        return .comment
    }

    private mutating func skip(behind end: UInt8) {
        while position < source.count {
            position += 1
            if source[position - 1] == end { return }
        }
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
            position += 1
            while let next = byte(0), !Self.endsName(next), next != UInt8(ascii: "=") { position += 1 }
            skipSpace()
            guard byte(0) == UInt8(ascii: "=") else { continue }
            position += 1
            skipSpace()
            switch byte(0) {
            case let quote? where quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"):
                position += 1
                skip(behind: quote)
            default:
                while let next = byte(0), !Self.isSpace(next), next != UInt8(ascii: ">") { position += 1 }
            }
        }
        return nil
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
