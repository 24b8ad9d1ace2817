/// Writes the tree as HTML again, only what the policy allows.
struct HTMLWriter: HTMLVisitor {
    private(set) var output = ""
    private(set) var removals = Removals()
    private var css = CSSFilter()
    /// The text of a `<style>` is collected and filtered as a whole.
    private var sheet: String?
    private var needsLineBreak = false

    var allRemovals: Removals {
        var all = removals
        all.note(css.removals)
        return all
    }

    mutating func enter(_ element: HTMLElement) -> Bool {
        needsLineBreak = false
        guard HTMLPolicy.elements.contains(element.name) else {
            if !element.name.isEmpty { removals.note(.element(element.name)) }
            // The children of an element that is left out stay; text that is not markup goes with it.
            return !HTMLPolicy.rawText.contains(element.name)
        }
        if element.name == "meta", !isAllowed(meta: element) {
            removals.note(.element("meta"))
            return false
        }
        output += "<" + element.name
        for (name, value) in element.attributes { write(attribute: name, value) }
        output += ">"
        if element.name == "style" { sheet = "" }
        needsLineBreak = element.name == "pre"
        return !HTMLPolicy.void.contains(element.name)
    }

    mutating func leave(_ element: HTMLElement) {
        needsLineBreak = false
        guard HTMLPolicy.elements.contains(element.name) else { return }
        if let text = sheet, element.name == "style" {
            output += css.sheet(text)
            sheet = nil
        }
        output += "</" + element.name + ">"
    }

    mutating func text(_ text: String) {
        if sheet != nil {
            sheet?.append(text)
            return
        }
        // The parser drops the first line break of a <pre>: one that was meant needs another before it.
        if needsLineBreak, text.utf8.first == 0x0A { output += "\n" }
        needsLineBreak = false
        Self.escape(text, isAttribute: false, into: &output)
    }

    mutating func section(_ tag: String) {
        needsLineBreak = false
        output += tag
    }

    /// Outlook's conditional comments stay if there is nothing active in them; others go without a word.
    mutating func comment(_ text: String) {
        needsLineBreak = false
        let scan = ConditionalComment(text)
        guard scan.isConditional else { return }
        guard !scan.isActive else {
            removals.note(.element("!--[if…]"))
            return
        }
        output += "<!--" + text + "-->"
    }

    private func isAllowed(meta element: HTMLElement) -> Bool {
        if let equivalent = element.attribute("http-equiv") {
            return HTMLPolicy.metaEquivalents.contains(equivalent.lowercased())
        }
        if let name = element.attribute("name") { return HTMLPolicy.metaNames.contains(name.lowercased()) }
        return element.attribute("charset") != nil
    }

    private mutating func write(attribute name: String, _ value: String) {
        var value = value
        switch name {
        case "style":
            value = css.declarations(value)
            if value.isEmpty { return }
        case "target" where value != "_blank":
            return
        case _ where HTMLPolicy.linkAttributes.contains(name):
            guard URLFilter.isAllowed(value, for: .link) else { return removals.note(.url(value)) }
        case _ where HTMLPolicy.imageAttributes.contains(name):
            guard URLFilter.isAllowed(value, for: .image) else { return removals.note(.url(value)) }
        case _ where HTMLPolicy.attributes.contains(name) || isARIA(name):
            break
        default:
            return removals.note(.attribute(name))
        }
        output += " " + name + "=\""
        Self.escape(value, isAttribute: true, into: &output)
        output += "\""
    }

    private func isARIA(_ name: String) -> Bool {
        name.hasPrefix("aria-") && name.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (0x61...0x7A).contains($0) }
    }

    /// HTML §13.3, and `<` and `>` in attributes too.
    static func escape(_ text: String, isAttribute: Bool, into output: inout String) {
        var text = text
        text.withUTF8 { bytes in
            var plainFrom = 0
            func flush(_ end: Int, _ output: inout String) {
                if plainFrom < end { output += String(decoding: bytes[plainFrom..<end], as: UTF8.self) }
            }
            var index = 0
            while index < bytes.count {
                var length = 1
                let reference: String?
                switch bytes[index] {
                case UInt8(ascii: "&"): reference = "&amp;"
                case UInt8(ascii: "<"): reference = "&lt;"
                case UInt8(ascii: ">"): reference = "&gt;"
                case UInt8(ascii: "\"") where isAttribute: reference = "&quot;"
                case 0xC2 where index + 1 < bytes.count && bytes[index + 1] == 0xA0:
                    reference = "&nbsp;"
                    length = 2
                default: reference = nil
                }
                if let reference {
                    flush(index, &output)
                    output += reference
                    plainFrom = index + length
                }
                index += length
            }
            flush(bytes.count, &output)
        }
    }
}
