/// Turns UTF-16 that arrives in pieces into UTF-8. What is not valid becomes U+FFFD.
struct TextDecoder {
    let isBigEndian: Bool
    private var oddByte: UInt8?
    private var highSurrogate: UInt16?

    init(isBigEndian: Bool) {
        self.isBigEndian = isBigEndian
    }

    mutating func decode(_ bytes: [UInt8], into output: inout [UInt8]) {
        output.reserveCapacity(output.count + bytes.count)
        for byte in bytes {
            guard let first = oddByte else {
                oddByte = byte
                continue
            }
            oddByte = nil
            decode(isBigEndian ? UInt16(first) << 8 | UInt16(byte) : UInt16(byte) << 8 | UInt16(first), into: &output)
        }
    }

    mutating func finish(into output: inout [UInt8]) {
        if oddByte != nil || highSurrogate != nil { Self.append(0xFFFD, to: &output) }
        (oddByte, highSurrogate) = (nil, nil)
    }

    private mutating func decode(_ unit: UInt16, into output: inout [UInt8]) {
        let high = highSurrogate
        highSurrogate = nil
        switch unit {
        case 0xD800...0xDBFF:
            if high != nil { Self.append(0xFFFD, to: &output) }
            highSurrogate = unit
        case 0xDC00...0xDFFF:
            guard let high else { return Self.append(0xFFFD, to: &output) }
            Self.append(0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(unit) - 0xDC00), to: &output)
        default:
            if high != nil { Self.append(0xFFFD, to: &output) }
            Self.append(UInt32(unit), to: &output)
        }
    }

    static func append(_ scalar: UInt32, to output: inout [UInt8]) {
        switch scalar {
        case 0..<0x80: output.append(UInt8(scalar))
        case 0x80..<0x800:
            output.append(UInt8(0xC0 | scalar >> 6))
            output.append(UInt8(0x80 | scalar & 0x3F))
        case 0x800..<0x10000:
            output.append(UInt8(0xE0 | scalar >> 12))
            output.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            output.append(UInt8(0x80 | scalar & 0x3F))
        default:
            output.append(UInt8(0xF0 | scalar >> 18))
            output.append(UInt8(0x80 | scalar >> 12 & 0x3F))
            output.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            output.append(UInt8(0x80 | scalar & 0x3F))
        }
    }
}

enum Windows1252 {
    /// U+0080 … U+009F; the five unassigned octets stay controls (WHATWG Encoding, index-windows-1252).
    private static let upper: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]

    static func append(_ byte: UInt8, to output: inout [UInt8]) {
        TextDecoder.append((0x80...0x9F).contains(byte) ? upper[Int(byte) - 0x80] : UInt32(byte), to: &output)
    }
}
