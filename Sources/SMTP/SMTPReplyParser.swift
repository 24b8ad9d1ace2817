internal import NIOCore

/// Bytes in, replies out (RFC 5321 §4.2.1). Hostile servers are expected: every length has a limit.
///
/// Lenient where it does no harm: a line may end with LF alone, and be four times as long as §4.5.3.1.5 allows.
struct SMTPReplyParser {
    /// What came is not a reply.
    struct Problem: Error, Hashable {
        /// The start of what came, controls replaced.
        var excerpt: String
    }

    static let lineLimit = 2048
    static let linesLimit = 128

    private var code = 0
    private var lines: [String] = []
    private var enhanced: EnhancedStatusCode?
    private var known = KnownReplies()

    /// The next whole reply, taken out of the buffer, or nil until more has come.
    mutating func next(from buffer: inout ByteBuffer) throws(Problem) -> SMTPReply? {
        if lines.isEmpty, let reply = known.reply(from: &buffer) { return reply }
        while true {
            let view = buffer.readableBytesView
            guard let lf = view.firstIndex(of: 0x0A) else {
                if view.count > Self.lineLimit || Self.isNoReply(view) { throw Problem(excerpt: Self.excerpt(view)) }
                return nil
            }
            var line = view[view.startIndex..<lf]
            if line.last == 0x0D { line = line.dropLast() }
            let isWhole = lines.isEmpty
            let isLast = try take(line)
            if isLast {
                let reply = SMTPReply(code: code, enhanced: enhanced, lines: lines)
                if isWhole { known.remember(view[view.startIndex...lf], as: reply) }
                buffer.moveReaderIndex(forwardBy: lf - view.startIndex + 1)
                lines = []
                enhanced = nil
                return reply
            }
            buffer.moveReaderIndex(forwardBy: lf - view.startIndex + 1)
        }
    }

    /// Adds one line; whether it ends the reply.
    private mutating func take(_ line: ByteBufferView) throws(Problem) -> Bool {
        guard line.count <= Self.lineLimit, lines.count < Self.linesLimit, let lineCode = Self.code(line),
            lines.isEmpty || lineCode == code
        else { throw Problem(excerpt: Self.excerpt(line)) }
        code = lineCode
        var text = line.dropFirst(3)
        let separator = text.popFirst()
        guard separator == nil || separator == 0x20 || separator == 0x2D else {
            throw Problem(excerpt: Self.excerpt(line))
        }
        if let (status, length) = Self.enhancedCode(text, replyClass: lineCode / 100) {
            if enhanced == nil { enhanced = status }
            text = text.dropFirst(length)
        }
        lines.append(Self.text(text))
        return separator != 0x2D
    }

    private static func code(_ line: ByteBufferView) -> Int? {
        guard line.count >= 3 else { return nil }
        var code = 0
        for byte in line.prefix(3) {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            code = code * 10 + Int(byte - 0x30)
        }
        return (200...599).contains(code) ? code : nil
    }

    /// `class.subject.detail` at the start of a text, with its length and that of the space behind it.
    private static func enhancedCode(
        _ text: ByteBufferView, replyClass: Int
    ) -> (EnhancedStatusCode, Int)? {
        var numbers = (0, 0, 0)
        var position = 0
        var digits = 0
        var length = 0
        for byte in text.prefix(12) {
            if byte >= 0x30, byte <= 0x39, digits < 3 {
                let digit = Int(byte - 0x30)
                switch position {
                case 0: numbers.0 = numbers.0 * 10 + digit
                case 1: numbers.1 = numbers.1 * 10 + digit
                default: numbers.2 = numbers.2 * 10 + digit
                }
                digits += 1
                length += 1
            } else if byte == 0x2E, digits > 0, position < 2 {
                position += 1
                digits = 0
                length += 1
            } else if byte == 0x20 {
                length += 1
                break
            } else {
                return nil
            }
        }
        guard position == 2, digits > 0, numbers.0 == replyClass else { return nil }
        return (EnhancedStatusCode(numbers.0, numbers.1, numbers.2), length)
    }

    /// Whether bytes without a line end can never become a reply, so that waiting for more is vain.
    private static func isNoReply(_ view: ByteBufferView) -> Bool {
        guard let first = view.first else { return false }
        return first < 0x32 || first > 0x35
    }

    private static func text(_ bytes: ByteBufferView) -> String {
        if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return String(decoding: bytes, as: UTF8.self) }
        return visible(String(decoding: bytes, as: UTF8.self))
    }

    private static func excerpt(_ bytes: ByteBufferView) -> String {
        visible(String(decoding: bytes.prefix(120), as: UTF8.self))
    }

    /// Control characters would confuse a log or a terminal.
    private static func visible(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control
            result.append(isControl ? (scalar == "\t" ? " " : "\u{FFFD}") : scalar)
        }
        return String(result)
    }
}
