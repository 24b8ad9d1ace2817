/// A picture of a mail.
public struct HTMLPicture: Sendable, Hashable {
    /// As it was written, references decoded; may contain merge tags.
    public let source: String
    /// nil: it has no alternative text, not even an empty one.
    public let alternative: String?
}

/// All pictures, in the order of the document.
public func pictures(in html: String) -> [HTMLPicture] {
    var collector = PictureCollector()
    _ = HTMLTree.walk(html, with: &collector)
    return collector.pictures
}

private struct PictureCollector: HTMLVisitor {
    var pictures: [HTMLPicture] = []

    mutating func enter(_ element: HTMLElement) -> Bool {
        if element.name == "img" {
            pictures.append(
                HTMLPicture(source: element.attribute("src") ?? "", alternative: element.attribute("alt")))
        }
        return element.name != "style" && element.name != "title"
    }

    mutating func leave(_ element: HTMLElement) {}
    mutating func text(_ text: String) {}
    mutating func section(_ tag: String) {}
    mutating func comment(_ text: String) {}
}
