/// A text that many bodies share, or a piece of one between two values, encoded as far as that can be done beforehand.
///
/// Quoted-printable depends on where in its line a text begins. So what stands before the first line break is encoded in
/// each body, and all that follows once.
public final class PreparedText: Sendable {
    /// As it was given.
    let original: [UInt8]
    /// With CRLF line ends.
    let lines: [UInt8]
    /// Octets that quoted-printable escapes.
    let escapes: Int
    let isASCII: Bool
    /// The octets before the first line break, without it; all when there is none.
    let headLength: Int
    /// The octets behind the last line break; nil when there is none.
    let tailLength: Int?
    /// The longest line between two of its line breaks.
    let longestLine: Int
    /// Whether it can be put beside any other text: its last CR might belong to an LF of the next one.
    let isWhole: Bool
    /// Quoted-printable of what follows the first line break.
    let quoted: [UInt8]
    let quotedEnd: QuotedPrintable.Place

    /// - Parameter text: UTF-8, any line ends.
    public init(_ text: [UInt8]) {
        original = text
        isWhole = text.last != 0x0D
        let lines = BodyEncoding.normalised(text)
        self.lines = lines
        escapes = QuotedPrintable.escapes(in: lines)
        isASCII = BodyEncoding.isASCII(lines)
        var breaks = lines.indices.filter { lines[$0] == 0x0A }[...]
        guard let first = breaks.popFirst() else {
            headLength = lines.count
            tailLength = nil
            longestLine = 0
            quoted = []
            quotedEnd = QuotedPrintable.Place()
            return
        }
        headLength = first - 1
        var start = first + 1
        var longest = 0
        for end in breaks {
            longest = max(longest, end - 1 - start)
            start = end + 1
        }
        longestLine = longest
        tailLength = lines.count - start
        var quoted: [UInt8] = []
        var place = QuotedPrintable.Place()
        let rest = Array(lines[(first + 1)...])
        QuotedPrintable.append(capacity: QuotedPrintable.capacity(for: rest.count), to: &quoted) { writer in
            rest.withUnsafeBufferPointer { writer.write($0) }
            place = writer.place
        }
        self.quoted = quoted
        quotedEnd = place
    }
}

/// A body that is put together from prepared texts and from what differs in each message.
public struct MessageBody: Sendable {
    enum Part: Sendable {
        case prepared(PreparedText)
        /// Octets of `own`.
        case own(Range<Int>)
    }

    private(set) var parts: [Part] = []
    private(set) var own: [UInt8] = []
    private(set) var count = 0

    public init() {}

    /// One whole text: UTF-8, any line ends.
    public init(_ text: [UInt8]) {
        own = text
        count = text.count
        if !text.isEmpty { parts = [.own(text.indices)] }
    }

    public mutating func reserve(parts: Int, octets: Int) {
        self.parts.reserveCapacity(parts)
        own.reserveCapacity(octets)
    }

    public mutating func append(_ text: PreparedText) {
        parts.append(.prepared(text))
        count += text.lines.count
    }

    /// Appends octets that `body` appends to what it is given.
    @inline(__always)
    public mutating func append(_ body: (inout [UInt8]) -> Void) {
        let start = own.count
        body(&own)
        guard own.count > start else { return }
        parts.append(.own(start..<own.count))
        count += own.count - start
    }

    /// Octets that are not of prepared texts.
    public var ownCount: Int { own.count }

    var isEmpty: Bool { count == 0 }

    /// All of it in one piece, as it was given.
    var contiguous: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for part in parts {
            switch part {
            case .prepared(let text): bytes.append(contentsOf: text.original)
            case .own(let range): bytes.append(contentsOf: own[range])
            }
        }
        return bytes
    }
}
