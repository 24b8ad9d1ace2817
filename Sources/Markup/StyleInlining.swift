/// HTML with the rules of its style sheets copied into style attributes, for mail programs that ignore `<style>`.
///
/// What a program that reads style sheets shows never changes. All sheets stay as they were; the cascade in the attribute is
/// that of CSS (Cascade §6): rules by specificity and order, then what the attribute said itself, important ones above all;
/// and a declaration is not copied onto an element where a rule that cannot be copied (of a media query or another at-rule,
/// with a pseudo class or anything that is not simple) may have to overrule it without `!important`. Merge tags stay as
/// they are.
///
/// Linear in the size of the HTML and of its style sheets, as long as few rules name the same element, class or id; past
/// ``StyleSheet/mostMatches`` steps, or where the attributes would become more than twice as long as the HTML and a megabyte,
/// nothing is inlined. HTML without a style sheet comes back untouched.
///
/// - Parameter html: sanitised.
public func inlineStyles(html: String) -> String {
    guard html.contains("<style") else { return html }
    var collector = SheetCollector()
    _ = HTMLTree.walk(html, with: &collector)
    let sheet = StyleSheet(collector.sheets)
    guard !sheet.isEmpty else { return html }
    var finder = StyleFinder(sheet: sheet, room: 2 * html.utf8.count + (1 << 20))
    _ = HTMLTree.walk(html, with: &finder)
    guard !finder.isExhausted else { return html }
    return StylePlacing(html: html, styles: finder.styles).placed ?? html
}

/// The texts of all `<style>` elements.
private struct SheetCollector: HTMLVisitor {
    var sheets: [(text: String, isForAll: Bool)] = []
    private var isInside = false

    mutating func enter(_ element: HTMLElement) -> Bool {
        if element.name == "style" {
            let media = element.attribute("media")?.lowercased().filter { !$0.isWhitespace } ?? ""
            sheets.append(("", media.isEmpty || media == "all"))
            isInside = true
        }
        return true
    }

    mutating func leave(_ element: HTMLElement) { if element.name == "style" { isInside = false } }
    mutating func text(_ text: String) { if isInside { sheets[sheets.count - 1].text += text } }
    mutating func section(_ tag: String) {}
    mutating func comment(_ text: String) {}
}

/// What each element's style attribute becomes, in the order of the document.
private struct StyleFinder: HTMLVisitor {
    let sheet: StyleSheet
    /// Element's name, and its new attribute as it is written in HTML; nil: as it is.
    var styles: [(name: String, style: String?)] = []
    private(set) var isExhausted = false
    private var path: [StyledElement] = []
    private var budget = StyleSheet.mostMatches
    /// Octets that the attributes may still have.
    private var room: Int

    init(sheet: StyleSheet, room: Int) {
        self.sheet = sheet
        self.room = room
    }

    mutating func enter(_ element: HTMLElement) -> Bool {
        guard HTMLPolicy.elements.contains(element.name) else { return !HTMLPolicy.rawText.contains(element.name) }
        let styled = StyledElement(element)
        let own = element.attribute("style") ?? ""
        let style =
            !isExhausted && !Self.unstyled.contains(element.name)
            ? sheet.style(of: styled, within: path, own: own, budget: &budget) : nil
        var text: String?
        if let style {
            var escaped = ""
            HTMLWriter.escape(style, isAttribute: true, into: &escaped)
            room -= escaped.utf8.count
            text = escaped
        }
        if budget <= 0 || room < 0 { isExhausted = true }
        styles.append((element.name, text))
        path.append(styled)
        if HTMLPolicy.void.contains(element.name) { path.removeLast() }
        return !HTMLPolicy.void.contains(element.name)
    }

    mutating func leave(_ element: HTMLElement) {
        if HTMLPolicy.elements.contains(element.name), !path.isEmpty { path.removeLast() }
    }

    mutating func text(_ text: String) {}
    mutating func section(_ tag: String) {}
    mutating func comment(_ text: String) {}

    private static let unstyled: Set<String> = [
        "head", "title", "meta", "style", "html", "col", "colgroup", "br", "wbr",
    ]
}

/// Writes the new attributes into the source, which stays as it is everywhere else.
private struct StylePlacing {
    let html: String
    let styles: [(name: String, style: String?)]

    /// nil where the tags of the source are not those that the parser saw: it opened or moved some of its own.
    var placed: String? {
        let source = Array(html.utf8)
        var scanner = HTMLScanner(source)
        var output: [UInt8] = []
        output.reserveCapacity(source.count * 5 / 4)
        var copied = 0
        var rest = styles[...]
        while let (token, range) = scanner.next() {
            guard case .startTag(let name, _) = token else { continue }
            if HTMLPolicy.rawText.contains(name) { _ = scanner.skipRawText(of: name) }
            // The parser opens html, head, body and tbody where they are not written.
            while let next = rest.first, next.name != name, Self.implied.contains(next.name) { rest = rest.dropFirst() }
            guard let next = rest.popFirst(), next.name == name else { return nil }
            guard let text = next.style else { continue }
            if let place = AttributeScan(source, range).value(of: "style") {
                output += source[copied..<place.lowerBound]
                output += text.utf8
                copied = place.upperBound
            } else {
                let end = range.lowerBound + 1 + name.utf8.count
                output += source[copied..<end]
                output += " style=\"\(text)\"".utf8
                copied = end
            }
        }
        guard rest.allSatisfy({ Self.implied.contains($0.name) }) else { return nil }
        output += source[copied...]
        return String(decoding: output, as: UTF8.self)
    }

    private static let implied: Set<String> = ["html", "head", "body", "tbody", "colgroup", "tr"]
}
