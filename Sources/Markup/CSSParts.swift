/// Cuts CSS at the semicolons and braces that are not inside strings, brackets, comments or merge tags. Comments are left
/// out, every other part is trimmed.
struct CSSParts: Sequence, IteratorProtocol {
    enum End {
        case semicolon
        case opening
        case closing
        case end
    }

    private let css: [UInt8]
    private let isSheet: Bool
    private var position = 0
    private var isDone = false

    init(_ css: String, isSheet: Bool) {
        self.css = Array(css.utf8)
        self.isSheet = isSheet
    }

    mutating func next() -> (text: String, end: End)? {
        guard !isDone else { return nil }
        var part: [UInt8] = []
        var brackets = 0
        while position < css.count {
            let byte = css[position]
            if let tag = MergeMark.tagEnd(in: css[...], at: position) {
                part += css[position..<tag.end]
                position = tag.end
                continue
            }
            if starts(with: "/*") {
                skip(to: "*/")
                part.append(0x20)
                continue
            }
            if isSheet, starts(with: "<!--") || starts(with: "-->") {
                position += css[position] == UInt8(ascii: "<") ? 4 : 3
                continue
            }
            position += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                part.append(byte)
                string(endingWith: byte, into: &part)
            case UInt8(ascii: "\\"):
                part.append(byte)
                if position < css.count {
                    part.append(css[position])
                    position += 1
                }
            case UInt8(ascii: "("):
                brackets += 1
                part.append(byte)
            case UInt8(ascii: ")"):
                brackets = Swift.max(0, brackets - 1)
                part.append(byte)
            case UInt8(ascii: ";") where brackets == 0: return (trimmed(part), .semicolon)
            case UInt8(ascii: "{") where isSheet: return (closed(part, brackets), .opening)
            case UInt8(ascii: "}") where isSheet: return (closed(part, brackets), .closing)
            default: part.append(byte < 0x20 ? 0x20 : byte)
            }
        }
        isDone = true
        return (closed(part, brackets), .end)
    }

    /// Up to the closing quote; one that is missing is added, or the text would swallow what follows it next time.
    private mutating func string(endingWith quote: UInt8, into part: inout [UInt8]) {
        while position < css.count {
            let byte = css[position]
            position += 1
            if byte == 0x0A || byte == 0x0D || byte == 0x0C { break }
            part.append(byte)
            if byte == quote { return }
            if byte == UInt8(ascii: "\\"), position < css.count, css[position] >= 0x20 {
                part.append(css[position])
                position += 1
            }
        }
        if part.last == UInt8(ascii: "\\") { part.removeLast() }
        part.append(quote)
    }

    private func starts(with word: StaticString) -> Bool {
        word.withUTF8Buffer { css[position...].starts(with: $0) }
    }

    private mutating func skip(to end: String) {
        let end = Array(end.utf8)
        position += 2
        while position < css.count {
            if css[position...].starts(with: end) {
                position += end.count
                return
            }
            position += 1
        }
    }

    private func closed(_ part: [UInt8], _ brackets: Int) -> String {
        trimmed(part) + String(repeating: ")", count: brackets)
    }

    private func trimmed(_ part: [UInt8]) -> String {
        var text = String(decoding: part, as: UTF8.self)[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
