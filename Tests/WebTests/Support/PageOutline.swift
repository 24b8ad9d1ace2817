import Foundation

/// What a page is made of, a line each: headings, forms and their fields, buttons, links, table headings, messages. Without
/// classes and other looks, and without what differs from run to run.
struct PageOutline {
    let text: String

    init(_ html: String) {
        var lines: [String] = []
        var rest = html[...]
        if let main = html.range(of: "<main"), let end = html.range(of: "</main>") {
            rest = html[main.lowerBound..<end.upperBound]
        }
        while let open = rest.firstIndex(of: "<") {
            rest = rest[rest.index(after: open)...]
            guard let close = rest.firstIndex(of: ">") else { break }
            let tag = String(rest[..<close])
            rest = rest[rest.index(after: close)...]
            let name = String(tag.prefix { $0.isLetter || $0.isNumber })
            guard let line = Self.line(name, tag, rest) else { continue }
            lines.append(line)
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ name: String, _ tag: String, _ rest: Substring) -> String? {
        let inside = { words(rest, upTo: "</\(name)>") }
        switch name {
        case "h1", "h2", "h3", "th", "legend", "button", "label": return "\(name): \(inside())"
        case "a": return "a \(value("href", tag)): \(inside().isEmpty ? value("aria-label", tag) : inside())"
        case "form": return "form \(value("method", tag)) \(value("action", tag))"
        case "input":
            let type = value("type", tag)
            return type == "hidden" ? "hidden \(value("name", tag))" : "input \(value("name", tag)) \(type)"
        case "select", "textarea": return "\(name) \(value("name", tag))"
        case "p", "div", "section", "nav":
            let role = value("role", tag)
            return role.isEmpty ? nil : "\(role): \(value("aria-label", tag))"
        default: return nil
        }
    }

    private static func value(_ attribute: String, _ tag: String) -> String {
        guard let start = tag.range(of: " \(attribute)=\"") else { return "" }
        return String(tag[start.upperBound...].prefix { $0 != "\"" })
    }

    /// The text of an element in one line. A number of the account's rows stays: it is a part of what is said.
    private static func words(_ html: Substring, upTo end: String) -> String {
        let element = html.range(of: end).map { html[..<$0.lowerBound] } ?? ""
        return element.replacing(/<[^>]*>/, with: " ").split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
