/// What an octet means to the scan.
enum ByteClass: UInt8 {
    case plain = 0
    case delimiter
    case quote
    case lineFeed
    case carriageReturn
    case nul
    case high

    static func table(delimiter: UInt8) -> [UInt8] {
        var table = [UInt8](repeating: ByteClass.plain.rawValue, count: 256)
        for byte in 0x80...0xFF { table[byte] = ByteClass.high.rawValue }
        table[0] = ByteClass.nul.rawValue
        table[0x0A] = ByteClass.lineFeed.rawValue
        table[0x0D] = ByteClass.carriageReturn.rawValue
        table[Int(UInt8(ascii: "\""))] = ByteClass.quote.rawValue
        table[Int(delimiter)] = ByteClass.delimiter.rawValue
        return table
    }
}

/// Finds the fields of the row that begins at `start`. Decides nothing else.
struct RowScan {
    let base: UnsafeMutablePointer<UInt8>
    let start: Int
    let count: Int
    let isLast: Bool
    let delimiter: UInt8
    let limits: CSVLimits

    private(set) var hasNUL = false
    private(set) var hasHighBit = false
    private(set) var hasLongField = false

    init(
        base: UnsafeMutablePointer<UInt8>, start: Int, count: Int, isLast: Bool, delimiter: UInt8, limits: CSVLimits
    ) {
        self.base = base
        self.start = start
        self.count = count
        self.isLast = isLast
        self.delimiter = delimiter
        self.limits = limits
    }

    enum Outcome {
        /// `end` is behind the row's line break.
        case row(end: Int, lineBreaks: Int)
        case incomplete
        /// The line is to be skipped.
        case failed(CSVProblem.Kind)
    }

    mutating func run(classes: UnsafeBufferPointer<UInt8>, ranges: inout [FieldRange]) -> Outcome {
        var position = start
        var fieldStart = start
        let longest = min(count, start + limits.row)
        while position < longest {
            // Nearly all octets are plain: this loop is the reader's speed.
            while position < longest, classes[Int(base[position])] == ByteClass.plain.rawValue { position += 1 }
            guard position < longest else { break }
            let byteClass = classes[Int(base[position])]
            switch byteClass {
            case ByteClass.delimiter.rawValue:
                append(fieldStart, position, false, to: &ranges)
                if ranges.count > limits.fields {
                    return .failed(.tooManyFields(count: ranges.count, expected: limits.fields))
                }
                position += 1
                fieldStart = position
            case ByteClass.lineFeed.rawValue:
                append(fieldStart, position, false, to: &ranges)
                return .row(end: position + 1, lineBreaks: lineBreaksInQuotes + 1)
            case ByteClass.carriageReturn.rawValue:
                if position + 1 == count, !isLast { return .incomplete }
                append(fieldStart, position, false, to: &ranges)
                let isPair = position + 1 < count && base[position + 1] == 0x0A
                return .row(end: position + (isPair ? 2 : 1), lineBreaks: lineBreaksInQuotes + 1)
            case ByteClass.quote.rawValue where position == fieldStart:
                switch quoted(from: position + 1, ranges: &ranges) {
                case .ended(let end):
                    guard end < count, base[end] == delimiter else {
                        position = end
                        fieldStart = end
                        // The line's end (or the file's) follows: the field is complete.
                        if end == count { return isLast ? .row(end: end, lineBreaks: lineBreaksInQuotes) : .incomplete }
                        if base[end] == 0x0D, end + 1 == count, !isLast { return .incomplete }
                        let isPair = base[end] == 0x0D && end + 1 < count && base[end + 1] == 0x0A
                        return .row(end: end + (isPair ? 2 : 1), lineBreaks: lineBreaksInQuotes + 1)
                    }
                    position = end + 1
                    fieldStart = position
                case .incomplete: return .incomplete
                case .unclosed: return .failed(.unclosedQuote)
                }
            case ByteClass.nul.rawValue:
                hasNUL = true
                position += 1
            default:
                if byteClass == ByteClass.high.rawValue { hasHighBit = true }
                position += 1
            }
        }
        if position < count || position - start >= limits.row {
            return .failed(
                position - fieldStart > limits.field
                    ? .fieldTooLong(limit: limits.field) : .rowTooLong(limit: limits.row))
        }
        guard isLast else { return .incomplete }
        append(fieldStart, position, false, to: &ranges)
        return .row(end: position, lineBreaks: lineBreaksInQuotes)
    }

    private var lineBreaksInQuotes = 0

    private enum Quoted {
        /// At the delimiter, line break or end of file behind the field.
        case ended(Int)
        case incomplete
        case unclosed
    }

    /// Reads the quoted field whose text begins at `from`.
    private mutating func quoted(from: Int, ranges: inout [FieldRange]) -> Quoted {
        var position = from
        var breaks = 0
        var isDoubled = false
        let longest = min(count, start + limits.row)
        while true {
            guard position < longest else {
                return position < count || isLast || position - start >= limits.row ? .unclosed : .incomplete
            }
            let byte = base[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                if position == count, !isLast { return .incomplete }
                if position < count, base[position] == byte {
                    isDoubled = true
                    position += 1
                    continue
                }
                let closing = position - 1
                let end = fieldEnd(from: position, longest)
                if end - start >= limits.row { return .unclosed }
                if end == count, !isLast { return .incomplete }
                // Text behind the closing quote: harmless on one line, a missing quote where the field spans lines.
                if end > position, breaks > 0 { return .unclosed }
                lineBreaksInQuotes += breaks
                append(from, end > position ? end : closing, isDoubled || end > position, to: &ranges)
                return .ended(end)
            case 0x0A: breaks += 1
            case 0x0D where position == count || base[position] != 0x0A: breaks += 1
            case 0: hasNUL = true
            case 0x80...: hasHighBit = true
            default: break
            }
        }
    }

    /// The next delimiter or line break.
    private mutating func fieldEnd(from: Int, _ longest: Int) -> Int {
        var position = from
        while position < longest {
            let byte = base[position]
            if byte == delimiter || byte == 0x0A || byte == 0x0D { break }
            if byte >= 0x80 { hasHighBit = true }
            if byte == 0 { hasNUL = true }
            position += 1
        }
        return position
    }

    private mutating func append(_ start: Int, _ end: Int, _ needsUnquoting: Bool, to ranges: inout [FieldRange]) {
        if end - start > limits.field { hasLongField = true }
        ranges.append(FieldRange(start: Int32(start), end: Int32(end), needsUnquoting: needsUnquoting))
    }
}
