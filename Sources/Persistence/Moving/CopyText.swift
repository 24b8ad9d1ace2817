/// COPY's text format octet by octet, exactly as PostgreSQL writes it, so that the rows of two databases can be compared.
public enum CopyText {
    /// A text with its escapes.
    public static func append(_ text: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        for byte in text {
            switch byte {
            case 0x08: output += "\\b".utf8
            case 0x09: output += "\\t".utf8
            case 0x0A: output += "\\n".utf8
            case 0x0B: output += "\\v".utf8
            case 0x0C: output += "\\f".utf8
            case 0x0D: output += "\\r".utf8
            case UInt8(ascii: "\\"): output += "\\\\".utf8
            default: output.append(byte)
            }
        }
    }

    /// A `bytea` in the hex format, whose backslash is escaped.
    public static func append(hex bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        output += "\\\\x".utf8
        for byte in bytes {
            for digit in [byte >> 4, byte & 15] { output.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
        }
    }

    /// The octets of a `bytea` in the hex format; nil for anything else.
    public static func bytes(hex text: [UInt8]) -> [UInt8]? {
        guard text.starts(with: "\\x".utf8), text.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        for index in stride(from: 2, to: text.count, by: 2) {
            guard let high = digit(text[index]), let low = digit(text[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    /// Calls `body` with the fields of each row, without their escapes; nil is NULL. Only what ``append(_:to:)`` and
    /// PostgreSQL write is understood.
    public static func forEachRow(_ rows: [UInt8], _ body: ([[UInt8]?]) throws -> Void) throws {
        var fields: [[UInt8]?] = []
        var field: [UInt8] = []
        var isNull = false
        var index = 0
        while index < rows.count {
            let byte = rows[index]
            index += 1
            switch byte {
            case 0x09, 0x0A:
                fields.append(isNull ? nil : field)
                field.removeAll(keepingCapacity: true)
                isNull = false
                if byte == 0x0A {
                    try body(fields)
                    fields.removeAll(keepingCapacity: true)
                }
            case UInt8(ascii: "\\") where index < rows.count:
                let escaped = rows[index]
                index += 1
                switch escaped {
                case UInt8(ascii: "N"): isNull = true
                case UInt8(ascii: "b"): field.append(0x08)
                case UInt8(ascii: "t"): field.append(0x09)
                case UInt8(ascii: "n"): field.append(0x0A)
                case UInt8(ascii: "v"): field.append(0x0B)
                case UInt8(ascii: "f"): field.append(0x0C)
                case UInt8(ascii: "r"): field.append(0x0D)
                default: field.append(escaped)
                }
            default: field.append(byte)
            }
        }
    }
}
