/// What Python wrote when djangoMailer could not send: `{'bob@example.org': (550, b'5.1.1 no such user')}`.
struct DjangoMailerError: Equatable {
    /// The server's code; nil when there was none.
    var code: Int?
    /// The server's words, or all of the text; at most 1,000 characters.
    var reply: String
    /// Whether the server refused this recipient for good, so that trying again is in vain. Refusals of the sender or the
    /// login are not.
    var isFinal: Bool

    init(_ text: String) {
        code = nil
        reply = String(text.prefix(1000))
        isFinal = false
        guard let open = text.firstRange(of: "("), let number = Int(text[open.upperBound...].prefix(3)),
            (400...599).contains(number)
        else { return }
        let rest = text[open.upperBound...].dropFirst(3)
        guard rest.hasPrefix(", "), let (words, after) = Self.literal(rest.dropFirst(2)) else { return }
        code = number
        reply = String("\(number) \(words)".prefix(1000))
        // A third element is the sender's address: SMTPSenderRefused.
        isFinal = (550...559).contains(number) && !after.hasPrefix(",")
    }

    /// Python's `'…'` or `b"…"`, and what comes behind it.
    private static func literal(_ text: Substring) -> (String, Substring)? {
        var rest = text.hasPrefix("b") ? text.dropFirst() : text
        guard let quote = rest.popFirst(), quote == "'" || quote == "\"" else { return nil }
        var words = ""
        while let character = rest.popFirst() {
            if character == quote { return (words, rest) }
            guard character == "\\", let next = rest.popFirst() else {
                words.append(character)
                continue
            }
            words.append(next == "n" || next == "r" || next == "t" ? " " : next)
        }
        return nil
    }
}
