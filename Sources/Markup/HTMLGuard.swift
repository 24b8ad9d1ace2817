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
    private var open: [String] = []
    private var formatting: [String] = []
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
                let isKept = starts(name, attributes: attributes)
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

    private mutating func starts(_ name: String, attributes: Int) -> Bool {
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
        case _
        where HTMLPolicy.void.contains(name) || HTMLPolicy.selfEnding.contains(name)
            || HTMLPolicy.rawText.contains(name):
            return true
        default:
            break
        }
        let isFormatting = HTMLPolicy.formatting.contains(name)
        if isFormatting, dropsFormatting { return false }
        guard open.count < HTMLPolicy.deepest, !isFormatting || formatting.count < HTMLPolicy.mostOpenFormatting else {
            removals.note(.tooDeep)
            return false
        }
        open.append(name)
        if isFormatting { formatting.append(name) }
        return true
    }

    /// Follows the parser's rules for end tags where they leave elements open; counting too many is harmless, counting
    /// too few is not.
    private mutating func ends(_ name: String) -> Bool {
        guard HTMLPolicy.elements.contains(name) else { return false }
        countReopened()
        if HTMLPolicy.formatting.contains(name) {
            if dropsFormatting { return false }
            if let index = open.lastIndex(of: name) { open.remove(at: index) }
            if let index = formatting.lastIndex(of: name) { formatting.remove(at: index) }
        } else if HTMLPolicy.blocks.contains(name) {
            // A cell's content is not closed by an end tag inside it, only by the table's.
            let inner = name == "table" ? 0 : (open.lastIndex(of: "table") ?? -1) + 1
            if let index = open[inner...].lastIndex(of: name) { open.removeSubrange(index...) }
        } else if let index = open.lastIndex(of: name),
            !open[index...].contains(where: HTMLPolicy.blocks.contains)
        {
            open.removeSubrange(index...)
        }
        return true
    }

    private mutating func countReopened() {
        reopened += formatting.count
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
