/// A message taken apart to be shown: tolerant, limited, never trusted.
///
/// It is no archive format and no full MIME implementation: headers decoded, and the leaves of the part tree in order.
public struct ReceivedMessage: Sendable {
    public struct Header: Hashable, Sendable {
        public var name: String
        /// Unfolded, encoded words decoded.
        public var value: String
    }

    public struct Part: Hashable, Sendable {
        /// Lower-cased, `text/plain` where none was given.
        public var contentType: String
        public var charset: String
        public var fileName: String?
        /// What HTML calls it behind `cid:`, without angle brackets.
        public var contentID: String?
        /// Decoded from quoted-printable or base64.
        public var bytes: [UInt8]

        /// The bytes as text: by its charset where that is known, else as UTF-8 with replacements.
        public var text: String { Charset.decode(bytes, charset) }
    }

    static let headerLimit = 1000, depthLimit = 8, partLimit = 100

    public private(set) var headers: [Header]
    /// The leaves of the part tree, in order.
    public private(set) var parts: [Part]

    public init(_ bytes: [UInt8]) {
        let (fields, body) = Self.split(bytes[...])
        headers = fields
        parts = []
        Self.collect(fields, body, depth: 0, isDigest: false, into: &parts)
    }

    /// The first header of a name, in whatever case.
    public func header(_ name: String) -> String? { Self.value(headers, name) }

    public var subject: String { header("Subject") ?? "" }
    /// The first part of HTML.
    public var html: String? { parts.first { $0.contentType == "text/html" }?.text }
    /// The first part of plain text.
    public var text: String? { parts.first { $0.contentType == "text/plain" }?.text }

    // MARK: Parsing

    private static func value(_ headers: [Header], _ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    /// Headers and body, divided at the first empty line.
    private static func split(_ bytes: ArraySlice<UInt8>) -> ([Header], ArraySlice<UInt8>) {
        var raw: [(name: String, value: [UInt8])] = []
        var rest = bytes
        while let first = rest.first {
            let (line, after) = nextLine(rest)
            if line.isEmpty {
                rest = after
                break
            }
            if first == 0x20 || first == 0x09, !raw.isEmpty {
                // Folded: the line break goes, the white space stays (RFC 5322 §2.2.3).
                raw[raw.count - 1].value.append(contentsOf: line)
            } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
                guard raw.count < headerLimit else { break }
                let name = String(decoding: line[..<colon], as: UTF8.self)
                raw.append((HeaderText.trimmed(name), Array(line[(colon + 1)...])))
            } else {
                // No header and no empty line: the body begins here.
                break
            }
            rest = after
        }
        let headers = raw.map { Header(name: $0.name, value: HeaderDecoding.text($0.value)) }
        return (headers, rest)
    }

    static func nextLine(_ bytes: ArraySlice<UInt8>) -> (line: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
        guard let lf = bytes.firstIndex(of: 0x0A) else { return (bytes, bytes[bytes.endIndex...]) }
        var line = bytes[..<lf]
        if line.last == 0x0D { line = line.dropLast() }
        return (line, bytes[(lf + 1)...])
    }

    private static func collect(
        _ headers: [Header], _ body: ArraySlice<UInt8>, depth: Int, isDigest: Bool, into parts: inout [Part]
    ) {
        guard parts.count < partLimit else { return }
        let type = HeaderParameters(value(headers, "Content-Type") ?? "")
        if type.value.hasPrefix("multipart/"), let boundary = type["boundary"], depth < depthLimit {
            for piece in pieces(body, boundary: Array("--\(boundary)".utf8)) {
                let (inner, innerBody) = split(piece)
                collect(inner, innerBody, depth: depth + 1, isDigest: type.value == "multipart/digest", into: &parts)
            }
            return
        }
        let disposition = HeaderParameters(value(headers, "Content-Disposition") ?? "")
        let encoding = HeaderParameters(value(headers, "Content-Transfer-Encoding") ?? "").value
        let bytes =
            switch encoding {
            case "quoted-printable": QuotedPrintable.decode(body)
            case "base64": Base64.decode(body)
            default: Array(body)
            }
        parts.append(
            Part(
                contentType: type.value.contains("/") ? type.value : isDigest ? "message/rfc822" : "text/plain",
                charset: type["charset"]?.lowercased() ?? "us-ascii", fileName: disposition["filename"] ?? type["name"],
                contentID: value(headers, "Content-ID").map { String($0.filter { !"<> ".contains($0) }) },
                bytes: bytes))
    }

    /// What stands between the lines of a boundary (RFC 2046 §5.1.1); the line break before each one belongs to it.
    private static func pieces(_ body: ArraySlice<UInt8>, boundary: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start: Int?
        var rest = body
        while !rest.isEmpty {
            let (line, after) = nextLine(rest)
            if line.starts(with: boundary) {
                let tail = line.dropFirst(boundary.count)
                let isClosing = tail.starts(with: [0x2D, 0x2D])
                if isClosing || tail.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
                    if let start { pieces.append(withoutLineEnd(body[start..<rest.startIndex])) }
                    start = after.startIndex
                    if isClosing || pieces.count >= partLimit { return pieces }
                }
            }
            rest = after
        }
        if let start, start <= body.endIndex { pieces.append(body[start...]) }
        return pieces
    }

    private static func withoutLineEnd(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard bytes.last == 0x0A else { return bytes }
        let shorter = bytes.dropLast()
        return shorter.last == 0x0D ? shorter.dropLast() : shorter
    }
}
