/// Base64 with the URL-safe alphabet and without padding (RFC 4648 §5).
public enum Base64URL {
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let bytes = Array(bytes)
        return String(unsafeUninitializedCapacity: length(bytes.count)) { text in
            bytes.withUnsafeBufferPointer { write($0, to: text) }
        }
    }

    /// Appends the same to a text.
    static func append(_ bytes: UnsafeBufferPointer<UInt8>, to text: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length(bytes.count)) { digits in
            let written = write(bytes, to: digits)
            text.append(contentsOf: UnsafeBufferPointer(rebasing: digits[..<written]))
        }
    }

    private static func length(_ count: Int) -> Int { (count * 8 + 5) / 6 }

    private static func write(_ bytes: UnsafeBufferPointer<UInt8>, to text: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var (pending, bits, written) = (UInt32(0), UInt32(0), 0)
        digits.withUTF8Buffer { digits in
            func append(_ sextet: UInt32) {
                text.initializeElement(at: written, to: digits[Int(sextet & 63)])
                written += 1
            }
            for byte in bytes {
                pending = pending << 8 | UInt32(byte)
                bits += 8
                while bits >= 6 {
                    bits -= 6
                    append(pending >> bits)
                }
            }
            if bits > 0 { append(pending << (6 - bits)) }
        }
        return written
    }

    private static let digits: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    /// The bytes of `text`, with or without padding; nil if it is anything else than Base64 of the URL-safe or the
    /// usual alphabet.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.count <= 1 << 20 else { return nil }
        var digits = Array(text.utf8)
        while digits.last == UInt8(ascii: "=") { digits.removeLast() }
        guard digits.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count * 6 / 8)
        var (pending, bits) = (UInt32(0), UInt32(0))
        for digit in digits {
            guard let sextet = sextet(digit) else { return nil }
            pending = pending << 6 | sextet
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> bits))
            }
        }
        return bytes
    }

    private static func sextet(_ digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "-"), UInt8(ascii: "+"): 62
        case UInt8(ascii: "_"), UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
