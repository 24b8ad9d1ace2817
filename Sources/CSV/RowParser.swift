/// Splits text into rows. It keeps what is not yet a whole row, so that a row is always read from one piece of memory:
/// a quote that turns out never to be closed can then be read again from the line after it.
struct RowParser {
    let delimiter: UInt8
    private(set) var encoding: CSVEncoding
    private let limits: CSVLimits

    private var buffer: [UInt8] = []
    /// Do not look for rows before the buffer has this many octets; grows with a row that is not complete, so that many
    /// small pieces do not read it many times.
    private var threshold = 0
    private var line: Int
    private var expectedFields: Int?
    private var hasSeenNonASCII: Bool
    /// In the middle of a line that is too long: everything up to its end is dropped.
    private var isSkipping = false

    private let classes: [ByteClass.RawValue]
    private var ranges: [FieldRange] = []
    private var transcoded: [UInt8] = []

    init(limits: CSVLimits, delimiter: UInt8, encoding: CSVEncoding, isCertain: Bool, firstLine: Int) {
        self.limits = limits
        self.delimiter = delimiter
        self.encoding = encoding
        line = firstLine
        hasSeenNonASCII = isCertain
        classes = ByteClass.table(delimiter: delimiter)
    }

    mutating func feed(_ piece: UnsafeBufferPointer<UInt8>, _ body: CSVReader.Body) rethrows {
        var rest = piece[...]
        // Large pieces are taken in parts, so that memory does not depend on them.
        while !rest.isEmpty {
            buffer.append(contentsOf: UnsafeBufferPointer(rebasing: rest.prefix(Self.part)))
            rest = rest.dropFirst(Self.part)
            if buffer.count >= threshold { try readRows(isLast: false, body) }
        }
    }

    mutating func finish(_ body: CSVReader.Body) rethrows {
        try readRows(isLast: true, body)
        buffer = []
    }

    private static let part = 128 * 1024

    private mutating func readRows(isLast: Bool, _ body: CSVReader.Body) rethrows {
        // The buffer is moved out while rows point into it.
        var bytes = buffer
        buffer = []
        var position = 0
        let count = bytes.count
        try bytes.withUnsafeMutableBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            if isSkipping { position = skipLine(base, from: 0, count: count) }
            while position < count, !isSkipping {
                guard let next = try readRow(base, from: position, count: count, isLast: isLast, body) else { break }
                position = next
            }
        }
        if position > 0 { bytes.removeFirst(min(position, bytes.count)) }
        buffer = bytes
        threshold = buffer.isEmpty ? 0 : buffer.count + max(4096, buffer.count / 2)
    }

    /// Behind the row that begins at `start`; nil if more is needed.
    private mutating func readRow(
        _ base: UnsafeMutablePointer<UInt8>, from start: Int, count: Int, isLast: Bool, _ body: CSVReader.Body
    ) rethrows -> Int? {
        ranges.removeAll(keepingCapacity: true)
        var scan = RowScan(base: base, start: start, count: count, isLast: isLast, delimiter: delimiter, limits: limits)
        let outcome = classes.withUnsafeBufferPointer { scan.run(classes: $0, ranges: &ranges) }
        switch outcome {
        case .incomplete:
            return nil
        case .row(let end, let lineBreaks):
            let own = line
            line += lineBreaks
            if ranges.allSatisfy({ $0.start == $0.end }) { return end }
            if scan.hasNUL {
                try body(.problem(CSVProblem(kind: .nulByte, line: own)))
            } else if scan.hasLongField {
                try body(.problem(CSVProblem(kind: .fieldTooLong(limit: limits.field), line: own)))
            } else {
                try handOut(base, start: start, end: end, isASCII: !scan.hasHighBit, line: own, body)
            }
            return end
        case .failed(let kind):
            try body(.problem(CSVProblem(kind: kind, line: line)))
            isSkipping = true
            return skipLine(base, from: start, count: count)
        }
    }

    /// Behind the next line break; all of it, still skipping, where there is none.
    private mutating func skipLine(_ base: UnsafeMutablePointer<UInt8>, from start: Int, count: Int) -> Int {
        var position = start
        while position < count {
            let byte = base[position]
            position += 1
            if byte == 0x0A || byte == 0x0D {
                // A CR at the very end may be half of CRLF: it waits for the next octet.
                if byte == 0x0D, position == count { return position - 1 }
                if byte == 0x0D, base[position] == 0x0A { position += 1 }
                line += 1
                isSkipping = false
                break
            }
        }
        return position
    }

    private mutating func handOut(
        _ base: UnsafeMutablePointer<UInt8>, start: Int, end: Int, isASCII: Bool, line: Int, _ body: CSVReader.Body
    ) rethrows {
        if let expectedFields {
            while ranges.count > expectedFields, let last = ranges.last, last.start == last.end { ranges.removeLast() }
            if ranges.count > expectedFields {
                let kind = CSVProblem.Kind.tooManyFields(count: ranges.count, expected: expectedFields)
                return try body(.problem(CSVProblem(kind: kind, line: line)))
            }
        } else {
            expectedFields = ranges.count
        }
        for index in ranges.indices where ranges[index].needsUnquoting { unquote(base, &ranges[index]) }
        if !isASCII {
            if encoding == .utf8, !isUTF8(base, start: start, end: end) {
                // ASCII up to here: the file is in an older encoding after all.
                guard !hasSeenNonASCII else {
                    return try body(.problem(CSVProblem(kind: .notUTF8, line: line)))
                }
                encoding = .windows1252
            }
            hasSeenNonASCII = true
            if encoding == .windows1252 {
                transcode(base)
                return try transcoded.withUnsafeBufferPointer { text in
                    guard let base = text.baseAddress else { return }
                    try ranges.withUnsafeBufferPointer { try body(.row(CSVRow(line: line, base: base, fields: $0))) }
                }
            }
        }
        try ranges.withUnsafeBufferPointer { try body(.row(CSVRow(line: line, base: base, fields: $0))) }
    }

    private func isUTF8(_ base: UnsafeMutablePointer<UInt8>, start: Int, end: Int) -> Bool {
        ranges.allSatisfy { range in
            let field = UnsafeBufferPointer(start: base + Int(range.start), count: Int(range.end - range.start))
            return field.allSatisfy { $0 < 0x80 } || Self.isUTF8(field)
        }
    }

    /// What is none comes out changed. `String(validating:as:)` is generic where it is compiled, and by `perf` asks the runtime for
    /// its types for each field.
    private static func isUTF8(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
        var text = String(decoding: field, as: UTF8.self)
        return text.withUTF8 { text in
            guard text.count == field.count else { return false }
            var difference: UInt8 = 0
            for index in 0..<text.count { difference |= text[index] ^ field[index] }
            return difference == 0
        }
    }

    /// Halves doubled quotes in place; a quote that stands alone ends the quoted part and goes.
    private func unquote(_ base: UnsafeMutablePointer<UInt8>, _ range: inout FieldRange) {
        var (from, to) = (range.start, range.start)
        while from < range.end {
            let byte = base[Int(from)]
            from += 1
            if byte == UInt8(ascii: "\"") {
                if from < range.end, base[Int(from)] == byte {
                    from += 1
                } else {
                    // The rest, behind the closing quote, is kept as it is.
                    while from < range.end {
                        base[Int(to)] = base[Int(from)]
                        from += 1
                        to += 1
                    }
                    break
                }
            }
            base[Int(to)] = byte
            to += 1
        }
        range.end = to
    }

    private mutating func transcode(_ base: UnsafeMutablePointer<UInt8>) {
        transcoded.removeAll(keepingCapacity: true)
        for index in ranges.indices {
            let start = transcoded.count
            for position in Int(ranges[index].start)..<Int(ranges[index].end) {
                Windows1252.append(base[position], to: &transcoded)
            }
            ranges[index] = FieldRange(start: Int32(start), end: Int32(transcoded.count), needsUnquoting: false)
        }
        if transcoded.isEmpty { transcoded.append(0) }
    }
}
