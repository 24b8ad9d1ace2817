import NIOCore
import Testing

@testable import SMTP

@Suite struct `The message on the wire (RFC 5321 §4_5_2)` {
    @Test(arguments: [
        ("", ".\r\n"), ("x", "x\r\n.\r\n"), ("x\r\n", "x\r\n.\r\n"), (".", "..\r\n.\r\n"), (".\r\n", "..\r\n.\r\n"),
        ("a\n.\nb", "a\r\n..\r\nb\r\n.\r\n"), ("a\r.\rb", "a\r\n..\r\nb\r\n.\r\n"), ("..", "...\r\n.\r\n"),
        ("a\r\n.\r\nMAIL FROM:<x@y.z>\r\n", "a\r\n..\r\nMAIL FROM:<x@y.z>\r\n.\r\n"),
        ("a\n.\r\nMAIL", "a\r\n..\r\nMAIL\r\n.\r\n"), ("a\r\r\n\n.", "a\r\n\r\n\r\n..\r\n.\r\n"), ("\r", "\r\n.\r\n"),
        ("\n", "\r\n.\r\n"), ("12345678\r\n.9", "12345678\r\n..9\r\n.\r\n"),
        ("1234567\r\n.9", "1234567\r\n..9\r\n.\r\n"),
        ("a\r\n", "a\r\n.\r\n"), ("a\r", "a\r\n.\r\n"),
    ])
    func `dots are doubled and line ends made CRLF`(message: String, wire: String) {
        #expect(String(decoding: Wire.data(Array(message.utf8)), as: UTF8.self) == wire)
    }

    /// Splits as a strict server does, and as one does that takes LF or CR for a line end.
    static func isOneMessage(_ wire: [UInt8]) -> Bool {
        guard wire.suffix(3) == [0x2E, 0x0D, 0x0A] else { return false }
        var previous: UInt8 = 0
        for byte in wire {
            if (byte == 0x0A) != (previous == 0x0D) { return false }
            previous = byte
        }
        // With CRLF alone as line ends, strict and lenient servers see the same lines.
        var ends = 0
        var start = 0
        while start < wire.count {
            let end = wire[start...].firstIndex(of: 0x0A) ?? wire.count - 1
            if wire[start...end] == [0x2E, 0x0D, 0x0A] { ends += 1 }
            start = end + 1
        }
        return ends == 1
    }

    @Test func `no body smuggles an end, and every body arrives`() {
        var state: UInt64 = 9
        func random(_ limit: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % limit)
        }
        let alphabet = Array(".\r\n.\r\nab\0".utf8) + [0x8D, 0x0B, 0x2F, 0xFF, 0x0C, 0x0E]
        var failures = 0
        for _ in 0..<20_000 {
            let message = (0..<random(40)).map { _ in alphabet[random(UInt64(alphabet.count))] }
            let wire = Wire.data(message)
            if !Self.isOneMessage(wire) { failures += 1 }
            var expected: [UInt8] = []
            var previous: UInt8 = 0
            for byte in message {
                switch byte {
                case 0x0D: expected += [0x0D, 0x0A]
                case 0x0A: if previous != 0x0D { expected += [0x0D, 0x0A] }
                default: expected.append(byte)
                }
                previous = byte
            }
            if let last = expected.last, last != 0x0A { expected += [0x0D, 0x0A] }
            if Wire.unstuffed(wire) != expected { failures += 1 }
        }
        #expect(failures == 0)
    }
}

/// A message as DATA brings it, and what a receiver makes of that.
enum Wire {
    static func data(_ message: [UInt8]) -> [UInt8] {
        var buffer = ByteBuffer()
        DotStuffing.write(message, to: &buffer)
        return Array(buffer.readableBytesView)
    }

    static func unstuffed(_ wire: [UInt8]) -> [UInt8] {
        var message: [UInt8] = []
        var isAtStart = true
        for byte in wire.dropLast(3) {
            if !(isAtStart && byte == 0x2E) { message.append(byte) }
            isAtStart = byte == 0x0A
        }
        return message
    }
}
