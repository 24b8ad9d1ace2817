internal import Glibc

/// A body with CRLF line ends in the shortest encoding that every server passes on unharmed (RFC 2045 §6).
enum BodyEncoding: String {
    case sevenBit = "7bit"
    case quotedPrintable = "quoted-printable"
    case base64

    /// RFC 5322 §2.1.1, without CRLF.
    static let lineLimit = 998

    /// Appends the header that names the encoding, the empty line, and the body; a line break at the end is kept.
    static func append(_ body: [UInt8], to output: inout [UInt8]) {
        let start = output.count
        if isASCII(body) {
            appendHeader(.sevenBit, to: &output)
            if appendLines(body, limit: lineLimit, to: &output) { return }
            output.removeLast(output.count - start)
        }
        let lines = normalised(body)
        if QuotedPrintable.length(lines) <= Base64.lineLength(lines.count) {
            appendHeader(.quotedPrintable, to: &output)
            QuotedPrintable.append(lines, to: &output)
        } else {
            appendHeader(.base64, to: &output)
            Base64.appendLines(lines, to: &output)
        }
    }

    /// The same octets as for the body in one piece, but what is prepared is only copied.
    static func append(_ body: MessageBody, to output: inout [UInt8]) {
        guard let measure = Measure(body) else { return append(body.contiguous, to: &output) }
        if measure.isASCII, measure.longestLine <= lineLimit {
            appendHeader(.sevenBit, to: &output)
            for part in body.parts {
                switch part {
                case .prepared(let text): output.append(contentsOf: text.lines)
                case .own(let range): output.append(contentsOf: body.own[range])
                }
            }
        } else if QuotedPrintable.length(body.count, escapes: measure.escapes) <= Base64.lineLength(body.count) {
            appendHeader(.quotedPrintable, to: &output)
            appendQuoted(body, to: &output)
        } else {
            append(body.contiguous, to: &output)
        }
    }

    private static func appendQuoted(_ body: MessageBody, to output: inout [UInt8]) {
        var capacity = 16
        for part in body.parts {
            switch part {
            case .prepared(let text):
                capacity += text.quoted.count + QuotedPrintable.capacity(for: text.headLength + 2)
            case .own(let range): capacity += QuotedPrintable.capacity(for: range.count)
            }
        }
        QuotedPrintable.append(capacity: capacity, to: &output) { writer in
            body.own.withUnsafeBufferPointer { own in
                for part in body.parts {
                    switch part {
                    case .prepared(let text):
                        let head = text.tailLength == nil ? text.headLength : text.headLength + 2
                        text.lines.withUnsafeBufferPointer { writer.write(UnsafeBufferPointer(rebasing: $0[..<head])) }
                        if text.tailLength != nil { writer.write(encoded: text.quoted, endingAt: text.quotedEnd) }
                    case .own(let range): writer.write(UnsafeBufferPointer(rebasing: own[range]))
                    }
                }
            }
            writer.finish()
        }
    }

    /// What the choice of an encoding needs to know, added up from the parts.
    private struct Measure {
        var isASCII = true
        var escapes = 0
        var longestLine = 0

        /// nil where the parts cannot be taken one by one: their line ends would have to be seen together.
        init?(_ body: MessageBody) {
            var line = 0
            for part in body.parts {
                switch part {
                case .prepared(let text):
                    guard text.isWhole else { return nil }
                    isASCII = isASCII && text.isASCII
                    escapes += text.escapes
                    line += text.headLength
                    longestLine = max(longestLine, line, text.longestLine)
                    if let tail = text.tailLength { line = tail }
                case .own(let range):
                    var isSimple = true
                    body.own.withUnsafeBufferPointer { own in
                        QuotedPrintable.forEachSpecial(in: UnsafeBufferPointer(rebasing: own[range])) { byte in
                            if byte == 0x0D || byte == 0x0A { isSimple = false }
                            if byte == 0 || byte >= 0x80 { isASCII = false }
                            escapes += 1
                        }
                    }
                    guard isSimple else { return nil }
                    line += range.count
                }
            }
            longestLine = max(longestLine, line)
        }
    }

    private static func appendHeader(_ encoding: BodyEncoding, to output: inout [UInt8]) {
        switch encoding {
        case .sevenBit: output.append(contentsOf: sevenBitHeader)
        case .quotedPrintable: output.append(contentsOf: quotedPrintableHeader)
        case .base64: output.append(contentsOf: base64Header)
        }
    }

    private static let sevenBitHeader = header(.sevenBit)
    private static let quotedPrintableHeader = header(.quotedPrintable)
    private static let base64Header = header(.base64)

    private static func header(_ encoding: BodyEncoding) -> [UInt8] {
        Array("Content-Transfer-Encoding: \(encoding.rawValue)\r\n\r\n".utf8)
    }

    /// Whether all bytes are below 128 and none is NUL (RFC 2045 §2.7), eight at a time.
    static func isASCII(_ body: [UInt8]) -> Bool {
        body.withUnsafeBytes { bytes in
            let highs: UInt64 = 0x8080_8080_8080_8080
            var seen: UInt64 = 0
            var index = 0
            while index &+ 8 <= bytes.count {
                let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                // A byte of zero borrows from its high bit.
                seen |= word | (word &- 0x0101_0101_0101_0101)
                index &+= 8
            }
            if seen & highs != 0 { return false }
            while index < bytes.count {
                if bytes[index] >= 0x80 || bytes[index] == 0 { return false }
                index &+= 1
            }
            return true
        }
    }

    static func normalised(_ body: [UInt8]) -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity(body.count + body.count / 32)
        _ = appendLines(body, limit: .max, to: &lines)
        return lines
    }

    /// Appends the body with every CRLF, CR or LF as CRLF; false, with a part appended, when a line is too long.
    private static func appendLines(_ body: [UInt8], limit: Int, to output: inout [UInt8]) -> Bool {
        body.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, !bytes.isEmpty else { return true }
            let hasCR = memchr(base, 0x0D, bytes.count) != nil
            var index = 0
            while index < bytes.count {
                let rest = bytes.count - index
                let found = memchr(base + index, 0x0A, rest)
                let end = found.map { UnsafeRawPointer($0) - base } ?? bytes.count
                let line = UnsafeRawBufferPointer(rebasing: bytes[index..<end])
                if hasCR {
                    guard appendWithCR(line, hasLF: found != nil, limit, &output) else { return false }
                } else {
                    if line.count > limit { return false }
                    output.append(contentsOf: line)
                    if found != nil { output.append(contentsOf: crlf) }
                }
                index = end + 1
            }
            return true
        }
    }

    private static let crlf: [UInt8] = [0x0D, 0x0A]

    /// A line that may hold CRs: one right before the LF belongs to it, any other is a line break of its own.
    private static func appendWithCR(
        _ line: UnsafeRawBufferPointer, hasLF: Bool, _ limit: Int, _ output: inout [UInt8]
    ) -> Bool {
        var start = 0
        let end = hasLF && line.last == 0x0D ? line.count - 1 : line.count
        while start < end, let found = memchr(line.baseAddress! + start, 0x0D, end - start) {
            let position = UnsafeRawPointer(found) - line.baseAddress!
            if position - start > limit { return false }
            output.append(contentsOf: line[start..<position])
            output.append(contentsOf: crlf)
            start = position + 1
        }
        if end - start > limit { return false }
        output.append(contentsOf: line[start..<end])
        if hasLF { output.append(contentsOf: crlf) }
        return true
    }
}
