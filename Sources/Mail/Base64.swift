/// Base64 (RFC 4648 §4) over bytes.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Appends the encoding in one line.
    static func append(_ input: [UInt8], to output: inout [UInt8]) {
        input.withUnsafeBufferPointer { append($0, to: &output) }
    }

    /// Appends the encoding in lines of 76 characters, each but the last one ended by CRLF (RFC 2045 §6.8).
    static func appendLines(_ input: [UInt8], to output: inout [UInt8]) {
        input.withUnsafeBufferPointer { bytes in
            var start = 0
            while start < bytes.count {
                if start > 0 { output.append(contentsOf: [0x0D, 0x0A]) }
                let end = min(start + 57, bytes.count)
                append(UnsafeBufferPointer(rebasing: bytes[start..<end]), to: &output)
                start = end
            }
        }
    }

    /// The octets of `appendLines`.
    static func lineLength(_ count: Int) -> Int {
        (count + 2) / 3 * 4 + max(0, (count - 1) / 57) * 2
    }

    private static func append(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        alphabet.withUnsafeBufferPointer { letters in
            var index = 0
            while index + 2 < bytes.count {
                let value = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
                output.append(letters[Int(value >> 18)])
                output.append(letters[Int(value >> 12 & 63)])
                output.append(letters[Int(value >> 6 & 63)])
                output.append(letters[Int(value & 63)])
                index += 3
            }
            let rest = bytes.count - index
            guard rest > 0 else { return }
            let value = UInt32(bytes[index]) << 16 | (rest == 2 ? UInt32(bytes[index + 1]) << 8 : 0)
            output.append(letters[Int(value >> 18)])
            output.append(letters[Int(value >> 12 & 63)])
            output.append(rest == 2 ? letters[Int(value >> 6 & 63)] : UInt8(ascii: "="))
            output.append(UInt8(ascii: "="))
        }
    }

    /// What can be decoded; characters outside the alphabet are passed over (RFC 2045 §6.8).
    static func decode(_ input: some Sequence<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        var value: UInt32 = 0
        var bits = 0
        for byte in input {
            let digit: UInt32
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit = UInt32(byte) - 65
            case UInt8(ascii: "a")...UInt8(ascii: "z"): digit = UInt32(byte) - 71
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt32(byte) + 4
            case UInt8(ascii: "+"): digit = 62
            case UInt8(ascii: "/"): digit = 63
            case UInt8(ascii: "="): return output
            default: continue
            }
            value = value << 6 | digit
            bits += 6
            if bits >= 8 {
                bits -= 8
                output.append(UInt8(truncatingIfNeeded: value >> UInt32(bits)))
            }
        }
        return output
    }
}
