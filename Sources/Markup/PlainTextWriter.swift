/// Collects text with the line breaks that a reader expects.
struct PlainTextWriter: HTMLVisitor {
    private var output = ""
    /// Line breaks that are due before the next text.
    private var breaks = 0
    private var hasSpace = false
    private var atStart = true

    private var lists: [(isNumbered: Bool, next: Int)] = []
    private var links: [(url: String, start: Int)] = []
    private var preformatted = 0
    /// For each open table: whether its cells are data and stand in one line.
    private var tables: [(isData: Bool, cells: Int)] = []

    mutating func finish() -> String {
        if output.isEmpty { return "" }
        var text: [UInt8] = []
        text.reserveCapacity(output.utf8.count + 1)
        // Where the last spaces of a line begin.
        var end = 0
        for byte in output.utf8 {
            if byte == 0x0A { text.removeSubrange(end...) }
            text.append(byte)
            if byte != 0x20 { end = text.count }
        }
        text.removeSubrange(end...)
        if text.isEmpty { return "" }
        text.append(0x0A)
        return String(decoding: text, as: UTF8.self)
    }

    mutating func enter(_ element: HTMLElement) -> Bool {
        if Self.isHidden(element) { return false }
        switch element.name {
        case "head", "title", "style", "meta", "script": return false
        case "br":
            if preformatted > 0 { output += "\n" } else { lineBreak() }
        case "hr":
            paragraph()
            append("----------------------------------------")
            paragraph()
        case "img":
            if let text = element.attribute("alt") { self.text(text) }
        case "ul", "ol":
            if lists.isEmpty { paragraph() } else { block() }
            lists.append((element.name == "ol", Int(element.attribute("start") ?? "") ?? 1))
        case "li": item()
        case "a": links.append((element.attribute("href") ?? "", output.utf8.count))
        case "pre":
            paragraph()
            preformatted += 1
        case "table":
            block()
            let isData =
                element.attribute("role") != "presentation" && element.attribute("border").map { $0 != "0" } == true
            tables.append((isData, 0))
        case "tr":
            block()
            if !tables.isEmpty { tables[tables.count - 1].cells = 0 }
        case "th", "td": cell(isHeading: element.name == "th")
        case "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "figure", "dl": paragraph()
        case _ where Self.blocks.contains(element.name): block()
        default: break
        }
        return true
    }

    mutating func leave(_ element: HTMLElement) {
        switch element.name {
        case "ul", "ol":
            if lists.popLast() != nil, lists.isEmpty { paragraph() } else { block() }
        case "li": block()
        case "a": endLink()
        case "pre":
            preformatted -= 1
            paragraph()
        case "table":
            tables.removeLast()
            block()
        case "td", "th":
            if tables.last?.isData != true { block() }
        case "tr": block()
        case "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "figure", "dl": paragraph()
        case _ where Self.blocks.contains(element.name): block()
        default: break
        }
    }

    mutating func text(_ text: String) {
        if preformatted > 0 {
            flush()
            output += text
            atStart = false
            return
        }
        // Merge tags keep their spaces; everything else is collapsed.
        for scalar in text.unicodeScalars {
            if scalar == " " || scalar == "\n" || scalar == "\t" || scalar == "\r" || scalar == "\u{C}" {
                hasSpace = true
            } else if !Self.invisible.contains(scalar) {
                flush()
                output.unicodeScalars.append(scalar == "\u{A0}" ? " " : scalar)
            }
        }
    }

    mutating func section(_ tag: String) { append(tag) }
    mutating func comment(_ text: String) {}

    private mutating func append(_ text: String) {
        flush()
        output += text
    }

    /// Writes the space or the line breaks that are due.
    private mutating func flush() {
        if breaks > 0 {
            if !atStart {
                output += String(repeating: "\n", count: breaks)
            }
            if lists.count > 1 || (!lists.isEmpty && !isItemStart) {
                output += String(
                    repeating: "  ", count: min(lists.count - (isItemStart ? 1 : 0), Self.deepestIndentation))
            }
        } else if hasSpace, !atStart, output.unicodeScalars.last != "\n", output.unicodeScalars.last != " " {
            output += " "
        }
        (breaks, hasSpace, atStart, isItemStart) = (0, false, false, false)
    }

    private var isItemStart = false

    private mutating func block() { breaks = max(breaks, 1) }
    private mutating func paragraph() { breaks = max(breaks, lists.isEmpty ? 2 : 1) }
    private mutating func lineBreak() { breaks = min(breaks + 1, 2) }

    private mutating func item() {
        block()
        isItemStart = true
        guard let list = lists.last else { return append("- ") }
        append(list.isNumbered ? "\(list.next). " : "- ")
        lists[lists.count - 1].next = list.next == .max ? .max : list.next + 1
    }

    private mutating func cell(isHeading: Bool) {
        guard !tables.isEmpty else { return }
        let last = tables.count - 1
        // A heading shows that a table holds data, unless it says otherwise.
        if isHeading { tables[last].isData = true }
        guard tables[last].isData else { return block() }
        tables[last].cells += 1
        if tables[last].cells > 1 {
            output += " |"
            hasSpace = true
        }
    }

    private mutating func endLink() {
        guard let link = links.popLast(), !link.url.isEmpty, !link.url.hasPrefix("#") else { return }
        let start = output.utf8.index(output.startIndex, offsetBy: link.start)
        let text = output[start...].drop(while: \.isWhitespace)
        let isShort = text.utf8.count <= link.url.utf8.count
        if isShort, text == link.url[...] || "mailto:" + text == link.url { return }
        if text.isEmpty, link.url.hasPrefix("data:") { return }
        if text.isEmpty {
            append(link.url)
        } else {
            hasSpace = false
            output += " (" + link.url + ")"
        }
    }

    /// Lists within more lists than these stand no further to the right.
    private static let deepestIndentation = 8

    private static func isHidden(_ element: HTMLElement) -> Bool {
        guard let style = element.attribute("style") else { return false }
        return style.lowercased().filter { !$0.isWhitespace }.contains("display:none")
    }

    /// Zero-width characters and soft hyphens, which preheaders are padded with.
    private static let invisible: Set<Unicode.Scalar> = ["\u{200B}", "\u{AD}", "\u{FEFF}", "\u{34F}", "\u{2060}"]

    private static let blocks: Set<String> = [
        "address", "article", "aside", "body", "caption", "center", "dd", "details", "div", "dt", "figcaption",
        "footer", "header",
        "html", "main", "nav", "section", "summary",
    ]
}
