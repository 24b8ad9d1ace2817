/// What a server said to one command (RFC 5321 §4.2): code, enhanced code (RFC 3463) and text of every line.
public struct SMTPReply: Hashable, Sendable, CustomStringConvertible {
    /// 200 to 599.
    public var code: Int
    /// The text of each line, without code and enhanced code, bytes that are not UTF-8 replaced.
    public var lines: [String]
    public var enhanced: EnhancedStatusCode?

    public init(code: Int, enhanced: EnhancedStatusCode? = nil, lines: [String]) {
        self.code = code
        self.enhanced = enhanced
        self.lines = lines
    }

    /// So much of a text is read, shown and kept: a quarter of a megabyte, which a hostile server may say, would hold up all
    /// conversations while it is judged, and go into every page and log that names the reason.
    public static let textLimit = 2_000

    /// The text in one line; its first `textLimit` code points.
    public var text: String {
        var text = ""
        for line in lines where !line.isEmpty {
            if !text.isEmpty { text += " " }
            text += line
            if text.utf8.count > Self.textLimit { break }
        }
        guard text.utf8.count > Self.textLimit else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.textLimit)))
    }

    /// As the server wrote it, in one line: `550 5.1.1 No such user`.
    public var description: String {
        var words = String(code)
        if let enhanced { words += " \(enhanced)" }
        let text = text
        if !text.isEmpty { words += " " + text }
        return words
    }

    /// 2yz.
    public var isPositive: Bool { code / 100 == 2 }
    /// 3yz.
    public var isIntermediate: Bool { code / 100 == 3 }
    /// 4yz.
    public var isTransient: Bool { code / 100 == 4 }
    /// 5yz.
    public var isPermanent: Bool { code / 100 == 5 }
}

/// `class.subject.detail` (RFC 3463), sent by servers that offer ENHANCEDSTATUSCODES (RFC 2034) and by many others.
public struct EnhancedStatusCode: Hashable, Sendable, CustomStringConvertible {
    public var `class`: Int
    public var subject: Int
    public var detail: Int

    public init(_ class: Int, _ subject: Int, _ detail: Int) {
        self.class = `class`
        self.subject = subject
        self.detail = detail
    }

    public var description: String { "\(self.class).\(subject).\(detail)" }
}
