/// What mail programs show behind the subject in their lists, before a mail is opened. It stands at the beginning of the HTML
/// where no reader of the mail sees it; without it they show how the mail begins, often a link to see it in the browser.
public struct PreviewText: Sendable, Hashable {
    /// With merge tags; empty for none.
    public var text: String

    /// Characters. Mail programs show 40 to 140.
    public static let limit = 250

    public init(_ text: String) { self.text = text }

    /// Text of HTML, in which merge tags stay what they are.
    public var html: String { text.asHTML }

    /// In the body of a whole document, else at the beginning.
    public func added(to html: String) -> String {
        guard !text.isEmpty else { return html }
        // What is behind it keeps the beginning of the mail out of the same line: characters without width, and spaces
        // that are not put together.
        let block = """
            <div style="display:none;max-height:0;overflow:hidden;mso-hide:all">\(self.html)\
            \(String(repeating: "&#847;&zwnj;&nbsp;", count: 80))</div>
            """
        let bytes = Array(html.utf8)
        let place = Self.endOfBodyTag(bytes) ?? 0
        return String(decoding: bytes[..<place], as: UTF8.self) + block
            + String(decoding: bytes[place...], as: UTF8.self)
    }

    /// Behind `<body …>`, whose attributes may hold a `>`.
    private static func endOfBodyTag(_ bytes: [UInt8]) -> Int? {
        let name = Array("<body".utf8)
        guard bytes.count > name.count else { return nil }
        for start in 0..<(bytes.count - name.count) where bytes[start] == name[0] {
            guard zip(bytes[start...], name).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) else { continue }
            var index = start + name.count
            guard " \t\r\n/>".utf8.contains(bytes[index]) else { continue }
            var quote: UInt8?
            while index < bytes.count {
                let byte = bytes[index]
                index += 1
                if let open = quote {
                    if byte == open { quote = nil }
                } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                    quote = byte
                } else if byte == UInt8(ascii: ">") {
                    return index
                }
            }
            return nil
        }
        return nil
    }
}
