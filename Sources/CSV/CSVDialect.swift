/// What the first lines say about the file's form.
struct CSVDialect {
    var delimiter: UInt8
    /// Octets before the header: Excel's `sep=;` line.
    var skipped: Int
    /// The header's line, from 1.
    var headerLine: Int

    private static let candidates: [UInt8] = [
        UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|"),
    ]

    init(recognisedIn text: [UInt8]) {
        delimiter = UInt8(ascii: ",")
        skipped = 0
        headerLine = 1
        if let separator = Self.separatorLine(text) {
            (delimiter, skipped, headerLine) = (separator.delimiter, separator.length, 2)
            return
        }
        // The header decides; where it is undecided, the candidate that later lines have as often as the header.
        let counts = Self.countsPerLine(text, lines: 20)
        guard let header = counts.first else { return }
        var best = 0
        for index in Self.candidates.indices where header[index] > 0 {
            let agreeing = counts.count { $0[index] == header[index] }
            let score = agreeing * 1000 + min(header[index], 999)
            if score > best {
                best = score
                delimiter = Self.candidates[index]
            }
        }
    }

    private static func separatorLine(_ text: [UInt8]) -> (delimiter: UInt8, length: Int)? {
        guard text.count >= 6, String(decoding: text.prefix(4), as: UTF8.self).lowercased() == "sep=" else {
            return nil
        }
        switch (text[5], text.count > 6 ? text[6] : nil) {
        case (0x0D, 0x0A?): return (text[4], 7)
        case (0x0A, _), (0x0D, _): return (text[4], 6)
        default: return nil
        }
    }

    /// How often each candidate stands outside quotes in each of the first lines that are not empty.
    private static func countsPerLine(_ text: [UInt8], lines: Int) -> [[Int]] {
        var counts: [[Int]] = []
        var line = [Int](repeating: 0, count: candidates.count)
        var isEmpty = true
        var isQuoted = false
        for byte in text {
            if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
                isEmpty = false
            } else if isQuoted {
                continue
            } else if byte == 0x0A || byte == 0x0D {
                if !isEmpty { counts.append(line) }
                if counts.count == lines { return counts }
                line = [Int](repeating: 0, count: candidates.count)
                isEmpty = true
            } else {
                isEmpty = false
                if let index = candidates.firstIndex(of: byte) { line[index] += 1 }
            }
        }
        // The last line may be cut by the sample's end; it counts only where there is no other.
        if counts.isEmpty { counts.append(line) }
        return counts
    }
}
