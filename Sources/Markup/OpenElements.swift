/// The elements that the parser has open, or some more: never fewer, but for the parts of each table and for formatting
/// that it opens again by itself (HTML §13.2.6.4.7 and following, for the elements that a mail may have).
///
/// What the parser ends is ended here only where that is certain. Whatever is uncertain stays, until an element around it
/// ends.
struct OpenElements {
    private enum Kind {
        case formatting
        /// Hidden from their own end tags by any block in them.
        case phrase
        case block
    }

    private struct Element {
        var name: String
        let kind: Kind
        /// Of a table: whether one of its cells is open.
        var hasCell = false
    }

    private var elements: [Element] = []
    /// Where tables are among them.
    private var tables: [Int] = []

    var count: Int { elements.count }

    mutating func append(_ name: String) {
        // Without a doctype a table may stand in a paragraph, and `main` is no block everywhere: whether it has ended is not
        // known from here on.
        if name == "table" || name == "main", let place = last(where: { $0 == "p" }, from: innermost) {
            elements[place].name = Self.paragraphPerhaps
        }
        let kind: Kind =
            HTMLPolicy.formatting.contains(name)
            ? .formatting
            : HTMLPolicy.blocks.contains(name) || Self.selfEnding.contains(name) ? .block : .phrase
        if name == "table" { tables.append(elements.count) }
        elements.append(Element(name: name, kind: kind))
    }

    mutating func truncate(to count: Int) {
        guard count < elements.count else { return }
        elements.removeSubrange(count...)
        while let table = tables.last, table >= count { tables.removeLast() }
    }

    /// How many are left open where this one begins.
    func count(before name: String) -> Int {
        let isItem = name == "li" || name == "dd" || name == "dt"
        guard isItem || name == "p" || name == "hr" || HTMLPolicy.blocks.contains(name), name != "table" else {
            return elements.count
        }
        let start = innermost
        var count = elements.count
        if isItem {
            for place in (start..<elements.count).reversed() where elements[place].kind == .block {
                let other = elements[place].name
                if name == "li" ? other == "li" : other == "dd" || other == "dt" {
                    count = place
                    break
                }
                if other != "div", other != "address", other != "p", other != Self.paragraphPerhaps { break }
            }
        }
        if let place = last(where: { $0 == "p" }, from: start), place < count { count = place }
        return count
    }

    /// An end tag that the parser may or may not add by itself before this element begins: written down, it is certain.
    mutating func missingEnd(before name: String) -> String? {
        let start = innermost
        if name == "table", start > 0, !elements[start - 1].hasCell {
            truncate(to: start - 1)
            return "table"
        }
        guard HTMLPolicy.headings.contains(name), let place = last(where: HTMLPolicy.headings.contains, from: start)
        else { return nil }
        let isInnermost = elements[(place + 1)...].allSatisfy { $0.kind != .block || $0.name == "p" }
        guard isInnermost else { return nil }
        let heading = elements[place].name
        truncate(to: place)
        return heading
    }

    /// Ends all that stands in the table; without a table it is nothing.
    mutating func begin(tablePart name: String) {
        let start = innermost
        guard start > 0 else { return }
        truncate(to: start)
        elements[start - 1].hasCell = name == "td" || name == "th" || name == "caption"
    }

    mutating func end(_ name: String) {
        let start = innermost
        switch name {
        case "table":
            if start > 0 { truncate(to: start - 1) }
        case _ where HTMLPolicy.tableParts.contains(name):
            if start > 0 { elements[start - 1].hasCell = false }
        case _ where HTMLPolicy.headings.contains(name):
            if let place = last(where: HTMLPolicy.headings.contains, from: start) { truncate(to: place) }
        case "li":
            let list = last(where: { $0 == "ul" || $0 == "ol" }, from: start).map { $0 + 1 } ?? start
            if let place = last(where: { $0 == "li" }, from: list) { truncate(to: place) }
        case _ where HTMLPolicy.blocks.contains(name) || Self.selfEnding.contains(name):
            if let place = last(where: { $0 == name }, from: start) { truncate(to: place) }
        default:
            // Of others only the innermost is certain to be the one that the parser finds.
            if let place = elements[start...].lastIndex(where: { $0.kind != .formatting }), elements[place].name == name
            {
                elements.remove(at: place)
            }
        }
    }

    /// - Parameter blocks: behind how many blocks it may begin.
    /// - Returns: whether it has ended.
    mutating func end(formatting name: String, behindBlocks blocks: Int) -> Bool {
        let start = innermost
        guard let place = elements[start...].lastIndex(where: { $0.name == name }) else {
            // It was closed with what it stood in, and is forgotten now; or it stands outside of a table, and stays.
            return !elements[..<start].contains { $0.name == name }
        }
        guard elements[place...].count(where: { $0.kind == .block }) <= blocks else { return false }
        elements.remove(at: place)
        return true
    }

    /// Behind the innermost table: no end tag within it reaches further, but its own.
    private var innermost: Int { (tables.last ?? -1) + 1 }

    private func last(where isWanted: (String) -> Bool, from start: Int) -> Int? {
        elements[start...].lastIndex { isWanted($0.name) }
    }

    private static let selfEnding: Set<String> = ["p", "li", "dd", "dt"]
    private static let paragraphPerhaps = "p?"
}
