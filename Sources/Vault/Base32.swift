/// Digits, then letters in lower case, for five bits each (RFC 4648 §7, without padding): what a mail server may fold the
/// case of.
enum Base32 {
    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(48)
        var bits = 0
        var value = 0
        for byte in bytes {
            value = value << 8 | Int(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(digit(UInt8(value >> bits & 31)))
            }
            value &= 255
        }
        if bits > 0 { text.append(digit(UInt8(value << (5 - bits) & 31))) }
        return String(decoding: text, as: UTF8.self)
    }

    /// In any case; nil for a text that `encode` does not make.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits = 0
        var value = 0
        for character in text.utf8 {
            guard let digit = digitValue(character) else { return nil }
            value = value << 5 | digit
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: value >> bits))
                value &= (1 << bits) - 1
            }
        }
        return bits < 5 && value == 0 ? bytes : nil
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + (value - 10)
    }

    private static func digitValue(_ character: UInt8) -> Int? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(character - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "v"): Int(character - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "V"): Int(character - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}
