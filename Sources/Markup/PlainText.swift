/// Readable text of an HTML mail, for its text part: links as `text (url)`, lists with dashes or numbers, rows of data
/// tables with ` | ` between the cells, images by their alternative text. Merge tags stay as they are; what is hidden is
/// left out. Lines are not wrapped.
public func plainText(fromHTML html: String) -> String {
    var writer = PlainTextWriter()
    _ = HTMLTree.walk(html, with: &writer)
    return writer.finish()
}

/// A link of a mail.
public struct HTMLLink: Sendable, Hashable {
    /// As it was written, references decoded; may contain merge tags.
    public let url: String
    /// Its text, or the alternative text of its image.
    public let text: String

    public init(url: String, text: String) {
        self.url = url
        self.text = text
    }
}

/// All links with an address, in the order of the document.
public func links(in html: String) -> [HTMLLink] {
    var collector = LinkCollector()
    _ = HTMLTree.walk(html, with: &collector)
    return collector.links
}

private struct LinkCollector: HTMLVisitor {
    var links: [HTMLLink] = []
    private var open: [(url: String, text: String)] = []

    mutating func enter(_ element: HTMLElement) -> Bool {
        switch element.name {
        case "a":
            open.append((element.attribute("href") ?? "", ""))
        case "area":
            if let url = element.attribute("href"), !url.isEmpty {
                links.append(HTMLLink(url: url, text: element.attribute("alt") ?? ""))
            }
        case "img":
            if !open.isEmpty { open[open.count - 1].text += element.attribute("alt") ?? "" }
        case "style", "title":
            return false
        default: break
        }
        return true
    }

    mutating func leave(_ element: HTMLElement) {
        guard element.name == "a", let link = open.popLast(), !link.url.isEmpty else { return }
        let words = link.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        links.append(HTMLLink(url: link.url, text: words))
    }

    mutating func text(_ text: String) {
        if !open.isEmpty { open[open.count - 1].text += text }
    }
    mutating func section(_ tag: String) {}
    mutating func comment(_ text: String) {}
}
