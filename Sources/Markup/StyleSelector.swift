/// What a rule's selector may ask about an element.
struct StyledElement {
    let name: String
    let id: String?
    let classes: Set<String>

    init(_ element: HTMLElement) {
        name = element.name
        id = element.attribute("id")
        classes = Set((element.attribute("class") ?? "").split(whereSeparator: \.isWhitespace).map(String.init))
    }
}

/// Elements, classes and ids, together or one within the other (`td.price`, `#offers a`, `table > tr`): what can be decided
/// from an element and those around it.
struct StyleSelector: Equatable {
    struct Compound: Equatable {
        /// In lower case; nil for any.
        var name: String?
        var ids: [String] = []
        var classes: [String] = []

        /// What it costs to ask an element.
        var size: Int { 1 + ids.count + classes.count }

        func matches(_ element: StyledElement) -> Bool {
            (name == nil || name == element.name) && ids.allSatisfy { $0 == element.id }
                && classes.allSatisfy(element.classes.contains)
        }
    }

    var subject: Compound
    /// The nearest first, and whether it must be the parent itself.
    var ancestors: [(compound: Compound, isParent: Bool)] = []

    static func == (a: Self, b: Self) -> Bool {
        a.subject == b.subject && a.ancestors.count == b.ancestors.count
            && zip(a.ancestors, b.ancestors).allSatisfy { $0.compound == $1.compound && $0.isParent == $1.isParent }
    }

    /// A selector with more parts is left where it is.
    static let mostParts = 8

    /// Ids, classes and names weigh as Selectors §15 says; more than 255 of one kind cannot be.
    var specificity: Int {
        ([subject] + ancestors.map(\.compound)).reduce(0) {
            $0 + $1.ids.count << 16 + $1.classes.count << 8 + ($1.name == nil ? 0 : 1)
        }
    }

    /// The nearest fitting ancestor is not always the right one below a child combinator, so all are tried; each part is
    /// looked for at most once at each depth.
    func matches(_ element: StyledElement, within path: [StyledElement]) -> Bool {
        guard subject.matches(element) else { return false }
        // Depths at which the last part may be: all below the element at first, its parent alone behind `>`.
        var places: Set<Int> = [path.count]
        for (compound, isParent) in ancestors {
            var next: Set<Int> = []
            if isParent {
                for place in places where place > 0 && compound.matches(path[place - 1]) { next.insert(place - 1) }
            } else if let deepest = places.max() {
                for place in 0..<deepest where compound.matches(path[place]) { next.insert(place) }
            }
            if next.isEmpty { return false }
            places = next
        }
        return true
    }

    /// nil for one that cannot be copied: it stays in the sheet. The braces of a merge tag make it one of those.
    init?(_ text: Substring) {
        var compounds: [(compound: Compound, isParent: Bool)] = []
        var isParent = false
        var word: [UInt8] = []
        func finish() -> Bool {
            guard !word.isEmpty else { return true }
            guard let compound = Compound(word), compounds.count < Self.mostParts else { return false }
            compounds.append((compound, isParent))
            isParent = false
            word = []
            return true
        }
        for byte in text.utf8 {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0C, 0x0D: if !finish() { return nil }
            case UInt8(ascii: ">"):
                guard finish(), !compounds.isEmpty, !isParent else { return nil }
                isParent = true
            default: word.append(byte)
            }
        }
        guard finish(), !isParent, let last = compounds.popLast() else { return nil }
        subject = last.compound
        // What stands before a part says how it is bound to the one on its right.
        var binding = last.isParent
        for (compound, isParent) in compounds.reversed() {
            ancestors.append((compound, binding))
            binding = isParent
        }
    }
}

extension StyleSelector.Compound {
    /// As much as can be known of the elements that any selector speaks of: what its last part begins with.
    init(endOf selector: Substring) {
        var depth = 0
        var start = selector.startIndex
        var trimmed = selector
        while trimmed.last?.isWhitespace == true { trimmed.removeLast() }
        for index in trimmed.indices {
            switch trimmed[index] {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case " ", "\t", "\n", ">", "+", "~": if depth <= 0 { start = trimmed.index(after: index) }
            default: break
            }
        }
        let part = trimmed[start...].prefix { $0 != ":" && $0 != "[" }
        self = Self(Array(part.utf8)) ?? Self()
    }

    /// `td.price#total`; nil with anything else: pseudo classes, attributes, escapes, other combinators.
    fileprivate init?(_ text: [UInt8]) {
        var rest = text[...]
        func word() -> String? {
            let word = rest.prefix {
                (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: "_") || $0 >= 0x80
            }
            rest = rest.dropFirst(word.count)
            guard let first = word.first, !(0x30...0x39).contains(first) else { return nil }
            return String(decoding: word, as: UTF8.self)
        }
        if rest.first == UInt8(ascii: "*") {
            rest = rest.dropFirst()
        } else if let first = rest.first, first != UInt8(ascii: "."), first != UInt8(ascii: "#") {
            guard let name = word() else { return nil }
            self.name = name.lowercased()
        }
        while let mark = rest.popFirst() {
            guard mark == UInt8(ascii: ".") || mark == UInt8(ascii: "#"), let name = word() else { return nil }
            if mark == UInt8(ascii: ".") { classes.append(name) } else { ids.append(name) }
        }
    }
}
