/// Quoted-printable (RFC 2045 §6.7) of text whose line ends are CRLF.
enum QuotedPrintable {
    private static let cr: UInt8 = 0x0D, lf: UInt8 = 0x0A

    /// The octets of the encoding, give or take a line.
    static func length(_ lines: [UInt8]) -> Int { length(lines.count, escapes: escapes(in: lines)) }

    /// The same, from how many octets there are and how many of them are escaped.
    static func length(_ count: Int, escapes: Int) -> Int {
        let length = count + escapes * 2
        return length + length / 75 * 3
    }

    /// How many octets have to be escaped, but for spaces at line ends.
    static func escapes(in lines: [UInt8]) -> Int { lines.withUnsafeBufferPointer(escapes) }

    static func escapes(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var escapes = 0
        forEachSpecial(in: bytes) { if $0 != cr, $0 != lf { escapes &+= 1 } }
        return escapes
    }

    /// Calls `body` with each octet that is a line end or has to be escaped; what lies between is passed over eight at a time.
    @inline(__always)
    static func forEachSpecial(in bytes: UnsafeBufferPointer<UInt8>, _ body: (UInt8) -> Void) {
        var index = runEnd(bytes, from: 0)
        while index < bytes.count {
            body(bytes[index])
            index = runEnd(bytes, from: index &+ 1)
        }
    }

    /// A line of 76 with its soft break (rule 5).
    private static let lineLimit = 75

    /// At worst every octet becomes three, and a soft break of three comes after each 63.
    static func capacity(for count: Int) -> Int { count * 3 + count / 7 + 16 }

    static func append(_ lines: [UInt8], to output: inout [UInt8]) {
        append(capacity: capacity(for: lines.count), to: &output) { writer in
            lines.withUnsafeBufferPointer { writer.write($0) }
            writer.finish()
        }
    }

    /// Appends what `body` writes.
    /// - Parameter capacity: the most octets that it may become.
    @inline(__always)
    static func append(capacity: Int, to output: inout [UInt8], _ body: (inout Writer) -> Void) {
        let encoded = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            var writer = Writer(target: buffer)
            body(&writer)
            count = writer.count
        }
        output.append(contentsOf: encoded)
    }

    /// Where a line stands between two pieces of text.
    struct Place: Sendable {
        var column = 0
        /// The last character was a space, which is written once it is known whether the line ends behind it (rule 3).
        var holdsSpace = false
    }

    /// Encodes a text piece by piece. A piece may end anywhere but between CR and LF or inside a character.
    struct Writer {
        private let target: UnsafeMutableBufferPointer<UInt8>
        private(set) var count = 0
        private(set) var place = Place()

        fileprivate init(target: UnsafeMutableBufferPointer<UInt8>) { self.target = target }

        /// Takes over what was encoded before from the start of a line.
        mutating func write(encoded: [UInt8], endingAt end: Place) {
            encoded.withUnsafeBufferPointer { bytes in
                guard let base = bytes.baseAddress else { return }
                (target.baseAddress! + count).update(from: base, count: bytes.count)
            }
            count &+= encoded.count
            place = end
        }

        mutating func write(_ bytes: UnsafeBufferPointer<UInt8>) {
            if place.holdsSpace, let first = bytes.first {
                place.holdsSpace = false
                if first == cr { escapeSpace() } else { putPlain(0x20) }
            }
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                if isPlain(byte) || byte == 0x20 {
                    index = writeRun(bytes, from: index)
                } else if byte == cr, index + 1 < bytes.count, bytes[index + 1] == lf {
                    put(cr)
                    put(lf)
                    place.column = 0
                    index += 2
                } else {
                    // A character of several bytes stays on one line.
                    if place.column + width(byte) > lineLimit { softBreak() }
                    escape(byte)
                    index += 1
                }
            }
        }

        /// The end of the text.
        mutating func finish() {
            if place.holdsSpace { escapeSpace() }
            place.holdsSpace = false
        }

        /// Plain characters and spaces from an index on; the space before a line end is escaped, for it would be cut
        /// off on the way (rule 3).
        private mutating func writeRun(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
            let end = runEnd(bytes, from: start)
            let mayEndLine = end == bytes.count || bytes[end] == cr
            let endsInSpace = mayEndLine && bytes[end - 1] == 0x20
            let last = endsInSpace ? end - 1 : end
            var index = start
            while index < last {
                if place.column == lineLimit { softBreak() }
                let length = min(lineLimit - place.column, last - index)
                (target.baseAddress! + count).update(from: bytes.baseAddress! + index, count: length)
                count += length
                place.column += length
                index += length
            }
            if endsInSpace {
                if end == bytes.count { place.holdsSpace = true } else { escapeSpace() }
            }
            return end
        }

        private mutating func putPlain(_ byte: UInt8) {
            if place.column == lineLimit { softBreak() }
            put(byte)
            place.column += 1
        }

        private mutating func escapeSpace() {
            if place.column + 3 > lineLimit { softBreak() }
            escape(0x20)
        }

        private mutating func softBreak() {
            put(UInt8(ascii: "="))
            put(cr)
            put(lf)
            place.column = 0
        }

        private mutating func escape(_ byte: UInt8) {
            put(UInt8(ascii: "="))
            put(Hex.upper(byte >> 4))
            put(Hex.upper(byte & 0xF))
            place.column += 3
        }

        private mutating func put(_ byte: UInt8) {
            target[count] = byte
            count &+= 1
        }

        /// Encoded, of the whole character that begins with a byte.
        private func width(_ byte: UInt8) -> Int {
            switch byte {
            case 0xC0..<0xE0: 6
            case 0xE0..<0xF0: 9
            case 0xF0...: 12
            default: 3
            }
        }
    }

    /// Printable ASCII but "=".
    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "=")
    }

    /// Where the plain characters and spaces from an index on end, eight at a time.
    @inline(__always)
    private static func runEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let raw = UnsafeRawBufferPointer(bytes)
        var index = start
        while index &+ 8 <= raw.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let equals = word ^ (ones &* 0x3D)
            let delete = word ^ (ones &* 0x7F)
            let isOther =
                (word | (word &- ones &* 0x20) & ~word | (equals &- ones) & ~equals | (delete &- ones) & ~delete)
                & highs
            // The lowest bit set is exact: borrows only disturb the bytes above it.
            if isOther != 0 { return index &+ isOther.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < raw.count, isPlain(raw[index]) || raw[index] == 0x20 { index &+= 1 }
        return index
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
