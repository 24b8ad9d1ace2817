internal import NIOCore

/// A message as it goes over the wire (RFC 5321 §4.5.2, §2.3.8): every line ends with CRLF, no bare CR or LF leaves, a
/// dot at the start of a line is doubled, and the lone dot comes last. So nothing in a message can end it.
enum DotStuffing {
    private static let cr = UInt8(ascii: "\r"), lf = UInt8(ascii: "\n"), dot = UInt8(ascii: ".")

    static func write(_ message: [UInt8], to buffer: inout ByteBuffer) {
        writeLines(message, to: &buffer)
        buffer.writeStaticString(".\r\n")
    }

    /// Without the lone dot.
    static func writeLines(_ message: [UInt8], to buffer: inout ByteBuffer) {
        buffer.reserveCapacity(minimumWritableBytes: message.count + message.count / 32 + 64)
        if !message.isEmpty { message.withUnsafeBytes { write($0, &buffer) } }
        if !message.isEmpty, message.last != lf, message.last != cr { buffer.writeStaticString("\r\n") }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, _ buffer: inout ByteBuffer) {
        // Everything from `start` to `index` is good as it is and not yet written.
        var start = 0
        var index = 0
        if bytes[0] == dot { buffer.writeInteger(dot) }
        while let end = nextLineEnd(bytes, from: index) {
            if bytes[end] == cr, end + 1 < bytes.count, bytes[end + 1] == lf {
                index = end + 2
            } else {
                buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                buffer.writeStaticString("\r\n")
                index = end + 1
                start = index
            }
            if index < bytes.count, bytes[index] == dot {
                buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
                buffer.writeInteger(dot)
                start = index
            }
        }
        buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }

    /// The first CR or LF at or after an index, eight bytes at a time.
    @inline(__always)
    private static func nextLineEnd(_ bytes: UnsafeRawBufferPointer, from first: Int) -> Int? {
        var index = first
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while index &+ 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let a = word ^ 0x0D0D_0D0D_0D0D_0D0D
            let b = word ^ 0x0A0A_0A0A_0A0A_0A0A
            let found = ((a &- ones) & ~a | (b &- ones) & ~b) & highs
            // The lowest bit set is exact: borrows only disturb the bytes above it.
            if found != 0 { return index &+ found.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < bytes.count {
            if bytes[index] == cr || bytes[index] == lf { return index }
            index &+= 1
        }
        return nil
    }
}
