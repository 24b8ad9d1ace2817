/// `property: value`.
struct StyleDeclaration: Hashable {
    /// In lower case.
    let property: String
    let value: String
    let isImportant: Bool

    /// nil for what is none, or has nothing to say.
    init?(_ text: String) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        var name = text[..<colon]
        while name.last == " " { name.removeLast() }
        guard !name.isEmpty,
            name.utf8.allSatisfy({
                $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0)
                    || (0x61...0x7A).contains($0 | 0x20)
            })
        else { return nil }
        var value = text[text.index(after: colon)...].drop { $0 == " " }
        while value.last?.isWhitespace == true { value.removeLast() }
        var isImportant = false
        if let mark = value.lastIndex(of: "!"),
            value[value.index(after: mark)...].filter({ !$0.isWhitespace }).lowercased() == "important"
        {
            isImportant = true
            value = value[..<mark]
            while value.last?.isWhitespace == true { value.removeLast() }
        }
        guard !value.isEmpty else { return nil }
        property = name.lowercased()
        self.value = String(value)
        self.isImportant = isImportant
    }

    /// What it shares with those that could overrule it, or that it could: `padding` and `padding-left` are of one family.
    var family: Substring {
        // `font` sets it as well.
        property == "line-height" ? "font" : property.drop { $0 == "-" }.prefix { $0 != "-" }
    }
}
