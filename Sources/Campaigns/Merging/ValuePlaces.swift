/// Where a value stands in HTML, and so what it must not say there.
enum ValuePlace: Sendable, Hashable {
    /// Text, or an attribute that is neither address nor style.
    case text
    /// Where an address begins, `<a href="{free_field1}">`: it must not become program code.
    case address
    /// In a style sheet or a `style` attribute: it is a word or a number, and never ends what it stands in.
    case style
    /// Within `url(…)` of a style.
    /// - isRaw: in a style sheet, where nothing reads character references.
    case styleAddress(isBeginning: Bool, isRaw: Bool)
}

/// Which values of a compiled HTML template stand where they must be held back: addresses and styles. The template's own text
/// and its fallbacks were looked at when it was saved.
struct ValuePlaces: Sendable {
    /// By step; empty where all are text.
    private let places: [ValuePlace]

    static let none = ValuePlaces(places: [])

    private init(places: [ValuePlace]) { self.places = places }

    @inline(__always)
    func place(of step: Int) -> ValuePlace { step < places.count ? places[step] : .text }

    init(steps: [MergeStep], literals: [UInt8]) {
        var scan = Scan()
        var places = [ValuePlace](repeating: .text, count: steps.count)
        var sections: [Int] = []
        for (index, step) in steps.enumerated() {
            while let end = sections.last, end <= index { sections.removeLast() }
            switch step {
            case .text(let start, let end):
                for byte in literals[start..<end] { scan.read(byte, depth: sections.count) }
            case .section(_, _, let end): sections.append(end)
            case .value: places[index] = scan.place(depth: sections.count)
            }
        }
        self.init(places: places.contains { $0 != .text } ? places : [])
    }

    /// Where the text is: outside of tags, inside one, in the value of an attribute, or in a style sheet.
    ///
    /// What stands in a section is not there for everybody: an end that only some get ends nothing here, so that a value is
    /// rather held back than not.
    private struct Scan {
        private var isInTag = false
        /// Behind `<!`, of Outlook's conditional comments: apostrophes are no quotes there.
        private var isInComment = false
        private var tag: [UInt8] = []
        private var isTagNamed = false
        private var name: [UInt8] = []
        private var quote: UInt8?
        /// Sections that were open where the value began.
        private var depthOfValue = 0
        private var hasScheme = false
        /// Sections that were open where the style sheet began; nil outside.
        private var depthOfSheet: Int?
        private var css = CSSScan()
        /// The last octets of a style sheet, in lower case.
        private var tail: [UInt8] = []

        private static let attributes = ["href", "src", "background", "cite", "action"].map { Array($0.utf8) }
        private static let style = Array("style".utf8)
        private static let sheetEnd = Array("</style".utf8)

        func place(depth: Int) -> ValuePlace {
            if depthOfSheet != nil { return css.place(depth: depth, isRaw: true) }
            guard quote != nil else { return .text }
            if name == Self.style { return css.place(depth: depth, isRaw: false) }
            return !hasScheme && Self.attributes.contains(name) ? .address : .text
        }

        mutating func read(_ byte: UInt8, depth: Int) {
            let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            if let depthOfSheet {
                css.read(lower, depth: depth)
                tail.append(lower)
                if tail.count > Self.sheetEnd.count + 1 { tail.removeFirst() }
                // `</styles>` is no end of it.
                if depth <= depthOfSheet, tail.starts(with: Self.sheetEnd), tail.count > Self.sheetEnd.count,
                    "> /\t\n\r\u{0C}".utf8.contains(byte)
                {
                    self.depthOfSheet = nil
                    (isInTag, isInComment, tag, isTagNamed, name) = (byte != UInt8(ascii: ">"), false, [], true, [])
                }
                return
            }
            if let quote {
                if byte == quote {
                    self.quote = nil
                    name = []
                } else if name == Self.style {
                    css.read(lower, depth: depth)
                } else if ":/?#".utf8.contains(byte), depth <= depthOfValue {
                    hasScheme = true
                }
                return
            }
            switch byte {
            case UInt8(ascii: "<"): (isInTag, isInComment, tag, isTagNamed, name) = (true, false, [], false, [])
            case UInt8(ascii: ">"):
                if isInTag, tag == Self.style {
                    depthOfSheet = depth
                    (css, tail) = (CSSScan(), [])
                }
                (isInTag, isInComment, name) = (false, false, [])
            case _ where !isInTag || isInComment: break
            case UInt8(ascii: "!") where tag.isEmpty && !isTagNamed: isInComment = true
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                (quote, depthOfValue, hasScheme, css) = (byte, depth, false, CSSScan())
            case UInt8(ascii: "="): break
            case 0x09, 0x0A, 0x0C, 0x0D, 0x20: (name, isTagNamed) = ([], true)
            default:
                if isTagNamed { name.append(lower) } else { tag.append(lower) }
            }
        }
    }

    /// Whether a style is within `url(`, and its address has said its scheme.
    private struct CSSScan {
        private var tail: [UInt8] = []
        private var depthOfAddress: Int?
        private var hasScheme = false

        private static let address = Array("url(".utf8)

        func place(depth: Int, isRaw: Bool) -> ValuePlace {
            depth == depthOfAddress ? .styleAddress(isBeginning: !hasScheme, isRaw: isRaw) : .style
        }

        mutating func read(_ byte: UInt8, depth: Int) {
            if byte == UInt8(ascii: ")") {
                depthOfAddress = nil
            } else if depthOfAddress == depth, ":/?#".utf8.contains(byte) {
                hasScheme = true
            }
            tail.append(byte)
            if tail.count > Self.address.count { tail.removeFirst() }
            if tail == Self.address { (depthOfAddress, hasScheme) = (depth, false) }
        }
    }
}

extension ValuePlace {
    private static let schemes = ["http", "https", "mailto", "tel", "cid"].map { Array($0.utf8) }

    /// Where the colon is that would make another scheme of a value than a mail may have; nil where there is none.
    static func colon(in value: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let colon = value.firstIndex(where: endsScheme), value[colon] == UInt8(ascii: ":") else { return nil }
        let isKnown = schemes.contains { scheme in
            scheme.count == colon
                && zip(scheme, value).allSatisfy { $0 == ((0x41...0x5A).contains($1) ? $1 | 0x20 : $1) }
        }
        return isKnown ? nil : colon
    }

    private static func endsScheme(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"): true
        default: false
        }
    }

    /// Appends a value that stands in a style: letters of any script, digits, spaces and `# % + , - . _`. All that ends or
    /// begins anything in CSS is left out.
    static func appendToStyle(_ value: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        for byte in value where isWord(byte) || byte == 0x20 || byte == UInt8(ascii: "#") { output.append(byte) }
    }

    /// Appends a value that stands within `url(…)`: what cannot be there is percent-encoded (RFC 3986 §2.1).
    static func appendToAddress(
        _ value: UnsafeBufferPointer<UInt8>, isBeginning: Bool, isRaw: Bool, to output: inout [UInt8]
    ) {
        let colon = isBeginning ? Self.colon(in: value) : nil
        for (index, byte) in value.enumerated() {
            switch byte {
            case UInt8(ascii: "&") where !isRaw: output.append(contentsOf: "&amp;".utf8)
            case _ where index != colon && (isWord(byte) || "#&/:=?@~".utf8.contains(byte)): output.append(byte)
            case ..<0x20, 0x7F: break
            default:
                output.append(UInt8(ascii: "%"))
                for digit in [byte >> 4, byte & 15] { output.append(digit < 10 ? 0x30 + digit : 0x37 + digit) }
            }
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
            || "%+,-._".utf8.contains(byte)
    }
}
