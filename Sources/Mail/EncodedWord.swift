/// Text that is not plain ASCII in a header, as `=?UTF-8?B?…?=` or `=?UTF-8?Q?…?=` (RFC 2047), whichever is shorter.
///
/// An encoded word is at most 75 characters long (§2) and never ends inside a character (§5). In Q only the characters
/// stay that are safe everywhere, display names included (§5, rule 3).
enum EncodedWord {
    /// Longest content of a word: 75 less `=?UTF-8?B?` and `?=`.
    private static let contentLimit = 63

    /// Appends encoded words, folded so that no line is longer than 76 characters.
    ///
    /// - Parameter column: where the line is now; afterwards, where it ended.
    static func append(_ text: String, column: inout Int, to bytes: inout [UInt8]) {
        let (isBase64, cost) = encoding(of: text)
        var limit = min(contentLimit, 76 - column - 12)
        // Most names and subjects are one word.
        if cost <= limit, cost > 0 { return appendWord(Array(text.utf8), isBase64, column: &column, to: &bytes) }
        var word: [UInt8] = []
        var wordCost = 0
        var isFirst = true

        func flush(_ bytes: inout [UInt8], _ column: inout Int) {
            guard !word.isEmpty else { return }
            if !isFirst {
                bytes.append(contentsOf: [0x0D, 0x0A, 0x20])
                column = 1
            }
            appendWord(word, isBase64, column: &column, to: &bytes)
            word.removeAll(keepingCapacity: true)
            wordCost = 0
            isFirst = false
            limit = contentLimit
        }

        func add(_ piece: some Sequence<UInt8>, _ length: Int, _ bytes: inout [UInt8], _ column: inout Int) {
            let pieceCost = isBase64 ? length : piece.reduce(0) { $0 + (isSafe($1) ? 1 : 3) }
            let total = wordCost + pieceCost
            if (isBase64 ? (total + 2) / 3 * 4 : total) > limit {
                flush(&bytes, &column)
                // Not even one character fits behind a long header name: begin on a new line.
                if isFirst {
                    isFirst = false
                    limit = contentLimit
                }
            }
            word.append(contentsOf: piece)
            wordCost += pieceCost
        }

        for character in text {
            let length = character.utf8.count
            if length <= (isBase64 ? 45 : 21) {
                add(character.utf8, length, &bytes, &column)
            } else {
                // One with dozens of combining marks has to be split between them.
                for scalar in character.unicodeScalars {
                    add(UTF8.encode(scalar)!, UTF8.width(scalar), &bytes, &column)
                }
            }
        }
        flush(&bytes, &column)
    }

    private static let base64Prefix = Array("=?UTF-8?B?".utf8)
    private static let quotedPrefix = Array("=?UTF-8?Q?".utf8)
    private static let suffix = Array("?=".utf8)

    private static func appendWord(_ word: [UInt8], _ isBase64: Bool, column: inout Int, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: isBase64 ? base64Prefix : quotedPrefix)
        if isBase64 { Base64.append(word, to: &bytes) } else { appendQuoted(word, to: &bytes) }
        bytes.append(contentsOf: suffix)
        column += bytes.count - start
    }

    /// The shorter encoding, and how long the text is in it.
    private static func encoding(of text: String) -> (isBase64: Bool, cost: Int) {
        var count = 0
        var quoted = 0
        for byte in text.utf8 {
            count += 1
            quoted += isSafe(byte) ? 1 : 3
        }
        let base64 = (count + 2) / 3 * 4
        return base64 < quoted ? (true, base64) : (false, quoted)
    }

    /// Letters, digits and `!*+-/`, and the space, which is written as `_`.
    private static func isSafe(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), 0x20, UInt8(ascii: "!"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "/"):
            true
        default: false
        }
    }

    private static func appendQuoted(_ word: [UInt8], to bytes: inout [UInt8]) {
        for byte in word {
            if byte == 0x20 {
                bytes.append(UInt8(ascii: "_"))
            } else if isSafe(byte) {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(ascii: "="))
                bytes.append(Hex.upper(byte >> 4))
                bytes.append(Hex.upper(byte & 0xF))
            }
        }
    }
}

enum Hex {
    static func upper(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x37 + nibble }

    static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
}
