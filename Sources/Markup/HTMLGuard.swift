/// Prepares HTML for the parser: leaves out elements that no mail may have, and what would make the parser slow or deep.
///
/// gumbo's scope checks are linear in the depth, it frees its tree by recursion and reopens formatting elements without a
/// bound; so depth, attributes and formatting are limited here, before it sees them. Safety does not rest on this pass:
/// the tree is filtered once more when it is written.
struct HTMLGuard {
    private(set) var output: [UInt8] = []
    private(set) var removals = Removals()
    /// Whether the source has `<html>`, `<head>`, `<body>` or a doctype.
    private(set) var isDocument = false

    private let dropsFormatting: Bool
    private var open = OpenElements()
    private var formatting: [(name: String, octets: Int)] = []
    /// Formatting elements of which more were open than the parser remembers.
    private var crowded: Set<String> = []
    private var octetsOfFormatting = 0
    private var reopened = 0
    private var isTangled = false
    private var seenOnce: Set<String> = []

    static func prepare(_ source: [UInt8]) -> HTMLGuard {
        var first = HTMLGuard(dropsFormatting: false)
        first.run(source)
        guard first.isTangled else { return first }
        var second = HTMLGuard(dropsFormatting: true)
        second.run(source)
        second.removals.note(.tangled)
        return second
    }

    private init(dropsFormatting: Bool) {
        self.dropsFormatting = dropsFormatting
    }

    private mutating func run(_ source: [UInt8]) {
        output.reserveCapacity(source.count + source.count / 8)
        var scanner = HTMLScanner(source)
        while let (token, range) = scanner.next() {
            note(scanner.fault, in: source)
            switch token {
            case .text:
                appendText(source[range])
            case .comment:
                output.append(contentsOf: source[range])
            case .doctype:
                isDocument = true
                output.append(contentsOf: source[range])
            case .bogus:
                break
            case .startTag(let name, let attributes):
                let isKept = starts(name, attributes: attributes, octets: range.count)
                if isKept { output.append(contentsOf: source[range]) }
                guard HTMLPolicy.rawText.contains(name) else { continue }
                let text = scanner.skipRawText(of: name)
                note(scanner.fault, in: source)
                if isKept { output.append(contentsOf: source[text]) }
            case .endTag(let name):
                if ends(name) { output.append(contentsOf: source[range]) }
            }
            if isTangled { return }
        }
    }

    private mutating func note(_ fault: (kind: HTMLScanner.Fault, offset: Int)?, in source: [UInt8]) {
        guard let fault, removals.mayNoteFault else { return }
        removals.note(.fault(fault.kind, line: source[..<fault.offset].count(where: { $0 == 0x0A }) + 1))
    }

    private mutating func starts(_ name: String, attributes: Int, octets: Int) -> Bool {
        guard HTMLPolicy.elements.contains(name) else {
            removals.note(.element(name))
            return false
        }
        guard attributes <= HTMLPolicy.mostAttributes else {
            removals.note(.tooManyAttributes(name))
            return false
        }
        countReopened()
        switch name {
        case "html", "head", "body":
            isDocument = true
            return seenOnce.insert(name).inserted
        case _ where HTMLPolicy.tableParts.contains(name):
            open.begin(tablePart: name)
            return true
        case _ where HTMLPolicy.rawText.contains(name):
            return true
        case _ where HTMLPolicy.void.contains(name):
            if name == "hr" { open.truncate(to: open.count(before: "hr")) }
            return true
        default:
            break
        }
        let isFormatting = HTMLPolicy.formatting.contains(name)
        if isFormatting, dropsFormatting { return false }
        if let end = open.missingEnd(before: name) { output.append(contentsOf: "</\(end)>".utf8) }
        let count = open.count(before: name)
        guard count < HTMLPolicy.deepest, !isFormatting || formatting.count < HTMLPolicy.mostOpenFormatting else {
            removals.note(.tooDeep)
            return false
        }
        open.truncate(to: count)
        open.append(name)
        if isFormatting {
            // An element costs the parser some more than its tag.
            formatting.append((name, octets + 40))
            octetsOfFormatting += octets + 40
            if formatting.count(where: { $0.name == name }) > 3 { crowded.insert(name) }
        }
        return true
    }

    /// Follows the parser's rules for end tags; counting too many is harmless, counting too few is not.
    private mutating func ends(_ name: String) -> Bool {
        guard HTMLPolicy.elements.contains(name) else { return false }
        countReopened()
        guard HTMLPolicy.formatting.contains(name) else {
            open.end(name)
            return true
        }
        if dropsFormatting { return false }
        // The parser keeps but three of a kind, and past eight blocks it moves an element further instead of ending it.
        if open.end(formatting: name, behindBlocks: crowded.contains(name) ? 0 : 7),
            let place = formatting.lastIndex(where: { $0.name == name })
        {
            octetsOfFormatting -= formatting.remove(at: place).octets
        }
        if !formatting.contains(where: { $0.name == name }) { crowded.remove(name) }
        return true
    }

    private mutating func countReopened() {
        reopened += octetsOfFormatting
        if reopened > HTMLPolicy.mostReopened { isTangled = true }
    }

    /// Sections of merge tags become comments: those may stand anywhere in a table, while text is moved before it.
    private mutating func appendText(_ text: ArraySlice<UInt8>) {
        var plainFrom = text.startIndex
        var index = text.startIndex
        while index < text.endIndex {
            guard text[index] == UInt8(ascii: "{"), let end = MergeMark.sectionEnd(in: text, at: index) else {
                index += 1
                continue
            }
            output.append(contentsOf: text[plainFrom..<index])
            output.append(contentsOf: MergeMark.commentStart)
            output.append(contentsOf: text[index..<end])
            output.append(contentsOf: MergeMark.commentEnd)
            (plainFrom, index) = (end, end)
        }
        output.append(contentsOf: text[plainFrom...])
    }
}
