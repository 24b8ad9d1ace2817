/// An enhanced status code (RFC 3463): `5.1.1`.
struct StatusCode: Hashable, Sendable, CustomStringConvertible {
    var category: Int
    var subject: Int
    var detail: Int

    var description: String { "\(category).\(subject).\(detail)" }

    /// Whether it says that nothing will change: 5.
    var isPermanent: Bool { category == 5 }

    init(_ category: Int, _ subject: Int, _ detail: Int) {
        self.category = category
        self.subject = subject
        self.detail = detail
    }

    /// The first one in a text, in one pass: `2`, `4` or `5`, and two numbers of at most three digits, with nothing around it
    /// that makes it an address or a version.
    init?(in text: some StringProtocol) {
        guard let found = StatusScan(text).enhanced else { return nil }
        self = found
    }
}

/// Looks for the codes that a server's words hold.
struct StatusScan {
    /// `5.1.1`
    private(set) var enhanced: StatusCode?
    /// `550`
    private(set) var code: Int?

    init(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        var index = 0
        var isInWord = false
        while index < bytes.count {
            let byte = bytes[index]
            guard !isInWord, byte.isDigit else {
                // A number after a letter, a dot or an @ is a part of something else.
                isInWord = byte.isLetterOrDigit || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "@")
                index += 1
                continue
            }
            let end = Self.end(of: bytes, index)
            let isPartOfWord = end < bytes.count && (bytes[end].isLetterOrDigit || bytes[end] == UInt8(ascii: "@"))
            if !isPartOfWord { note(bytes[index..<end]) }
            if enhanced != nil, code != nil { return }
            index = end
            isInWord = true
        }
    }

    /// Behind the digits and dots that begin here; a dot at their end is the sentence's.
    private static func end(of bytes: [UInt8], _ start: Int) -> Int {
        var end = start
        while end < bytes.count, bytes[end].isDigit || bytes[end] == UInt8(ascii: ".") { end += 1 }
        return end
    }

    private mutating func note(_ digits: ArraySlice<UInt8>) {
        let parts = digits.split(separator: UInt8(ascii: "."))
        let numbers = parts.compactMap { $0.count <= 3 ? Int(String(decoding: $0, as: UTF8.self)) : nil }
        guard numbers.count == parts.count else { return }
        if numbers.count == 3, [2, 4, 5].contains(numbers[0]), enhanced == nil {
            enhanced = StatusCode(numbers[0], numbers[1], numbers[2])
        } else if numbers.count == 1, digits.count == 3, code == nil, Self.isReplyCode(numbers[0]) {
            code = numbers[0]
        }
    }

    /// Those that servers really say (RFC 5321 §4.2.3, RFC 4954, RFC 7504).
    private static func isReplyCode(_ number: Int) -> Bool {
        [421, 432, 441, 442, 446, 447, 449, 450, 451, 452, 454, 455, 500, 501, 502, 503, 504, 510, 511, 512, 513]
            .contains(
                number)
            || [521, 523, 530, 534, 535, 538, 541, 550, 551, 552, 553, 554, 555, 556, 557, 570, 571, 572, 573, 577]
                .contains(number)
    }
}

extension UInt8 {
    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isLetterOrDigit: Bool { isDigit || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
}
