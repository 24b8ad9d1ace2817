/// Quoted-printable (RFC 2045 §6.7) of text whose line ends are CRLF.
enum QuotedPrintable {
    private static let cr: UInt8 = 0x0D, lf: UInt8 = 0x0A

    /// The octets of the encoding, give or take a line.
    static func length(_ lines: [UInt8]) -> Int {
        var length = 0
        for byte in lines { length += isPlain(byte) || byte == 0x20 || byte == cr || byte == lf ? 1 : 3 }
        return length + length / 75 * 3
    }

    static func append(_ lines: [UInt8], to output: inout [UInt8]) {
        output.reserveCapacity(output.count + length(lines) + 16)
        lines.withUnsafeBufferPointer { bytes in
            var column = 0
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                if byte == cr, index + 1 < bytes.count, bytes[index + 1] == lf {
                    output.append(cr)
                    output.append(lf)
                    column = 0
                    index += 2
                    continue
                }
                let isLastOfLine = index + 1 == bytes.count || bytes[index + 1] == cr
                let isBlank = byte == 0x20 || byte == 0x09
                // White space at the end of a line would be cut off on the way (rule 3).
                let staysPlain = isPlain(byte) || isBlank && !isLastOfLine
                let width = staysPlain ? 1 : 3
                // 76 with the soft break's "=" (rule 5); the last character of a line needs no soft break.
                if column + width > (isLastOfLine ? 76 : 75) || column > 0 && splits(bytes, index, column) {
                    output.append(UInt8(ascii: "="))
                    output.append(cr)
                    output.append(lf)
                    column = 0
                }
                if staysPlain {
                    output.append(byte)
                } else {
                    output.append(UInt8(ascii: "="))
                    output.append(Hex.upper(byte >> 4))
                    output.append(Hex.upper(byte & 0xF))
                }
                column += width
                index += 1
            }
        }
    }

    /// Whether a character of several bytes begins here that would not fit into the line as a whole.
    private static func splits(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int, _ column: Int) -> Bool {
        let width: Int
        switch bytes[index] {
        case 0xC0..<0xE0: width = 6
        case 0xE0..<0xF0: width = 9
        case 0xF0...: width = 12
        default: return false
        }
        return column + width > 75
    }

    /// Printable ASCII but "=".
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "=")
    }

    /// Decodes; what is not quoted-printable stays as it is.
    static func decode(_ input: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(input.count)
        var index = input.startIndex
        while index < input.endIndex {
            let byte = input[index]
            if byte == UInt8(ascii: "="), index + 2 < input.endIndex, let high = Hex.value(input[index + 1]),
                let low = Hex.value(input[index + 2])
            {
                output.append(high << 4 | low)
                index += 3
            } else if byte == UInt8(ascii: "="), let next = softBreakEnd(input, index + 1) {
                index = next
            } else {
                output.append(byte)
                index += 1
            }
        }
        return output
    }

    /// The index after "=", blanks and a line end; nil when it is no soft line break.
    private static func softBreakEnd(_ input: ArraySlice<UInt8>, _ start: Int) -> Int? {
        var index = start
        while index < input.endIndex, input[index] == 0x20 || input[index] == 0x09 { index += 1 }
        if index == input.endIndex { return index }
        if input[index] == cr { index += 1 }
        if index < input.endIndex, input[index] == lf { return index + 1 }
        return nil
    }
}
