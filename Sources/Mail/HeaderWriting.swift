/// Headers as bytes (RFC 5322 §2.2): folded at 78 characters, never longer than 998, and never more than one.
enum HeaderWriting {
    private static let crlfSpace: [UInt8] = [0x0D, 0x0A, 0x20]

    /// Text for people: Subject. What is not plain becomes encoded words, so that it is read back as it was.
    static func appendText(_ name: String, _ text: String, to bytes: inout [UInt8]) {
        let clean = HeaderText.clean(text)
        appendName(name, to: &bytes)
        var column = name.utf8.count + 2
        if HeaderText.isPlain(clean) {
            appendFolded(clean, column: &column, to: &bytes)
        } else {
            EncodedWord.append(clean, column: &column, to: &bytes)
        }
        appendEnd(to: &bytes)
    }

    /// A mailbox: From, To, Reply-To.
    static func appendMailbox(_ name: String, _ mailbox: Mailbox, to bytes: inout [UInt8]) {
        appendName(name, to: &bytes)
        var column = name.utf8.count + 2
        let display = HeaderText.trimmed(HeaderText.clean(mailbox.name))
        let address = mailbox.address.wireForm
        guard !display.isEmpty else {
            bytes.append(contentsOf: address.utf8)
            return appendEnd(to: &bytes)
        }
        switch HeaderText.phraseForm(display) {
        case .atoms: appendFolded(display, column: &column, to: &bytes)
        case .quoted(let quoted):
            bytes.append(contentsOf: quoted)
            column += quoted.count
        case .encoded: EncodedWord.append(display, column: &column, to: &bytes)
        }
        let fits = column + address.utf8.count + 3 <= 78
        bytes.append(contentsOf: fits ? [0x20] : crlfSpace)
        bytes.append(UInt8(ascii: "<"))
        bytes.append(contentsOf: address.utf8)
        bytes.append(UInt8(ascii: ">"))
        appendEnd(to: &bytes)
    }

    /// A header for programs: its words stay whole, so that a long URL is not broken, as long as a line can hold them.
    static func appendField(_ field: HeaderField, to bytes: inout [UInt8]) {
        let name = field.name.utf8.filter { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }.prefix(70)
        guard !name.isEmpty else { return }
        bytes.append(contentsOf: name)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(0x20)
        var column = name.count + 2
        let value = HeaderText.trimmed(HeaderText.clean(field.value))
        if HeaderText.isFoldable(value) {
            appendFolded(value, column: &column, to: &bytes)
        } else {
            EncodedWord.append(value, column: &column, to: &bytes)
        }
        appendEnd(to: &bytes)
    }

    /// A header whose value is known to be short and safe.
    static func appendRaw(_ name: StaticString, _ value: some Collection<UInt8>, to bytes: inout [UInt8]) {
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: [UInt8(ascii: ":"), 0x20])
        bytes.append(contentsOf: value)
        appendEnd(to: &bytes)
    }

    private static func appendName(_ name: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(0x20)
    }

    private static func appendEnd(to bytes: inout [UInt8]) {
        bytes.append(0x0D)
        bytes.append(0x0A)
    }

    /// ASCII words with single spaces between them; a line is broken at a space, before the 78th character.
    private static func appendFolded(_ text: String, column: inout Int, to bytes: inout [UInt8]) {
        if column + text.utf8.count <= 78 {
            bytes.append(contentsOf: text.utf8)
            column += text.utf8.count
            return
        }
        var isFirst = true
        for word in text.utf8.split(separator: 0x20) {
            if isFirst {
                isFirst = false
            } else if column + 1 + word.count > 78 {
                bytes.append(contentsOf: crlfSpace)
                column = 1
            } else {
                bytes.append(0x20)
                column += 1
            }
            bytes.append(contentsOf: word)
            column += word.count
        }
    }
}
