/// Merge tags, as far as markup has to know them. What they mean is said in `Campaigns`.
enum MergeMark {
    /// Around a section's tag while the parser works.
    static let commentStart = Array("<!--merge:".utf8)
    static let commentEnd = Array("-->".utf8)

    /// Behind `{#name}`, `{^name}` or `{/name}` at `start`; nil if there is none.
    static func sectionEnd(in text: ArraySlice<UInt8>, at start: Int) -> Int? {
        guard start + 1 < text.endIndex, "#^/".utf8.contains(text[start + 1]) else { return nil }
        return nameEnd(in: text, from: start + 2).flatMap { $0 < text.endIndex && text[$0] == 0x7D ? $0 + 1 : nil }
    }

    /// Behind any merge tag at `start`, and its fallback; nil if there is none.
    static func tagEnd(in text: ArraySlice<UInt8>, at start: Int) -> (end: Int, fallback: Range<Int>)? {
        guard text[start] == UInt8(ascii: "{") else { return nil }
        if let end = sectionEnd(in: text, at: start) { return (end, end..<end) }
        guard var position = nameEnd(in: text, from: start + 1), position < text.endIndex else { return nil }
        let nameEnd = position
        if text[position] == UInt8(ascii: "|") {
            while position < text.endIndex, ![0x7B, 0x7D, 0x0A, 0x0D].contains(text[position]) || position == nameEnd {
                position += 1
            }
        }
        guard position < text.endIndex, text[position] == UInt8(ascii: "}") else { return nil }
        return (position + 1, min(nameEnd + 1, position)..<position)
    }

    /// The text of a comment that stood for a section's tag.
    static func section(inComment text: String) -> String? {
        guard text.hasPrefix("merge:{"), text.hasSuffix("}") else { return nil }
        let bytes = Array(text.dropFirst(6).utf8)[...]
        return sectionEnd(in: bytes, at: 0) == bytes.endIndex ? String(text.dropFirst(6)) : nil
    }

    private static func nameEnd(in text: ArraySlice<UInt8>, from start: Int) -> Int? {
        var position = start
        while position < text.endIndex, position - start <= 64, isNameByte(text[position], isFirst: position == start) {
            position += 1
        }
        return position > start ? position : nil
    }

    private static func isNameByte(_ byte: UInt8, isFirst: Bool) -> Bool {
        byte == UInt8(ascii: "_") || (0x61...0x7A).contains(byte | 0x20) || (!isFirst && (0x30...0x39).contains(byte))
    }
}
