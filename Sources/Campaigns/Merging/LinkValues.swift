/// Which values of a compiled HTML template stand where an address begins, `<a href="{free_field1}">`: what a recipient's
/// field says there must not become program code. The template's own text and its fallbacks were looked at when it was saved.
struct LinkValues: Sendable {
    /// By step.
    private let isLink: [Bool]
    private let isEmpty: Bool

    static let none = LinkValues(isLink: [])

    private init(isLink: [Bool]) {
        self.isLink = isLink
        isEmpty = !isLink.contains(true)
    }

    func contains(_ step: Int) -> Bool { !isEmpty && step < isLink.count && isLink[step] }

    init(steps: [MergeStep], literals: [UInt8]) {
        var scan = Scan()
        var isLink = [Bool](repeating: false, count: steps.count)
        var sections: [Int] = []
        for (index, step) in steps.enumerated() {
            while let end = sections.last, end <= index { sections.removeLast() }
            switch step {
            case .text(let start, let end):
                for byte in literals[start..<end] { scan.read(byte, depth: sections.count) }
            case .section(_, _, let end): sections.append(end)
            case .value: isLink[index] = scan.isAtBeginningOfAddress
            }
        }
        self.init(isLink: isLink)
    }

    /// Where the text is: outside of tags, inside one, or in the value of an attribute.
    private struct Scan {
        private var isInTag = false
        private var name: [UInt8] = []
        private var quote: UInt8?
        /// Sections that were open where the value began: what stands in further ones is not there for everybody.
        private var depthOfValue = 0
        private var hasScheme = false

        private static let attributes = ["href", "src", "background", "cite", "action"].map { Array($0.utf8) }

        var isAtBeginningOfAddress: Bool { quote != nil && !hasScheme && Self.attributes.contains(name) }

        mutating func read(_ byte: UInt8, depth: Int) {
            if let quote {
                if byte == quote {
                    self.quote = nil
                    name = []
                } else if ":/?#".utf8.contains(byte), depth <= depthOfValue {
                    hasScheme = true
                }
                return
            }
            switch byte {
            case UInt8(ascii: "<"): (isInTag, name) = (true, [])
            case UInt8(ascii: ">"): (isInTag, name) = (false, [])
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                if isInTag { (quote, depthOfValue, hasScheme) = (byte, depth, false) }
            case UInt8(ascii: "="): break
            case 0x09, 0x0A, 0x0C, 0x0D, 0x20: name = []
            default: if isInTag { name.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte) }
            }
        }
    }
}

extension LinkValues {
    private static let schemes = ["http", "https", "mailto", "tel", "cid"].map { Array($0.utf8) }

    /// Where the colon is that would make another scheme of a value than a mail may have; nil where there is none.
    static func colon(in value: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let colon = value.firstIndex(where: { ":/?#".utf8.contains($0) }), value[colon] == UInt8(ascii: ":")
        else {
            return nil
        }
        let scheme = value[..<colon].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        return schemes.contains(scheme) ? nil : colon
    }
}
