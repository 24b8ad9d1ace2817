internal import NIOCore

/// How the end of a message is told: by a lone dot (RFC 5321 §4.5.2), or by its length (RFC 3030).
enum MessageFraming: Sendable {
    case dots
    case chunk

    func write(_ message: [UInt8], to buffer: inout ByteBuffer) {
        switch self {
        case .dots: DotStuffing.write(message, to: &buffer)
        case .chunk: LastChunk.write(message, to: &buffer)
        }
    }

    /// A message of which `count` octets, ready for the wire, follow by themselves; then comes `writeEnd`.
    func write(_ message: [UInt8], before count: Int, to buffer: inout ByteBuffer) {
        switch self {
        case .dots: DotStuffing.writeLines(message, to: &buffer)
        case .chunk: LastChunk.write(message, before: count, to: &buffer)
        }
    }

    func writeEnd(to buffer: inout ByteBuffer) {
        if self == .dots { buffer.writeStaticString(".\r\n") }
    }
}

/// A message as the one and last chunk of a transaction: `BDAT n LAST` and n octets (RFC 3030 §2). Nothing in a message can
/// end it, and no dot is doubled. Its lines end with CRLF all the same (§3): a bare CR or LF is made one.
enum LastChunk {
    private static let cr = UInt8(ascii: "\r"), lf = UInt8(ascii: "\n")

    /// - Parameter more: octets that follow by themselves.
    static func write(_ message: [UInt8], before more: Int = 0, to buffer: inout ByteBuffer) {
        let body = isCanonical(message) ? message : canonical(message)
        buffer.reserveCapacity(minimumWritableBytes: body.count + 32)
        buffer.writeString("BDAT \(body.count + more) LAST\r\n")
        buffer.writeBytes(body)
    }

    private static func isCanonical(_ message: [UInt8]) -> Bool {
        var previous: UInt8 = 0
        for byte in message {
            if (byte == lf) != (previous == cr) { return false }
            previous = byte
        }
        return message.isEmpty || previous == lf
    }

    private static func canonical(_ message: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(message.count + message.count / 32 + 2)
        var previous: UInt8 = 0
        for byte in message {
            switch byte {
            case cr: result += [cr, lf]
            case lf: if previous != cr { result += [cr, lf] }
            default: result.append(byte)
            }
            previous = byte
        }
        if let last = result.last, last != lf { result += [cr, lf] }
        return result
    }
}
