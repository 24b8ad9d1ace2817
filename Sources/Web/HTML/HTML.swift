/// A piece of a page. Literals are markup from our source; whatever is interpolated is escaped, so a recipient's
/// name can never become an element. `unescaped:` is the only way around that, and it greps.
///
/// What depends on who reads the page (texts, by language), on the installation (icons, addresses of assets) or on
/// the session (the form token) is put in as an ``Insert`` and resolved when the page is rendered.
public struct HTML: Sendable {
    /// What is resolved at rendering.
    enum Insert: Sendable {
        case phrase(Phrase)
        case icon(Icon)
        case asset(String)
        case csrfToken
        /// Nothing where it stands: it says what a field is called in which something is wrong.
        case faultyField(name: String, label: Phrase)
        /// A list of what is wrong, with links to the fields of the page that are known by then.
        case problems([String: Phrase])
    }

    /// Markup in UTF-8, without the inserts.
    var bytes: [UInt8] = []
    /// Where an insert has to be put between the bytes, in ascending order of place.
    var inserts: [(offset: Int, insert: Insert)] = []

    public init() {}

    /// Markup that is taken as it is: from our own renderer or sanitiser, never from a person.
    public init(unescaped markup: String) { bytes = Array(markup.utf8) }

    public var isEmpty: Bool { bytes.isEmpty && inserts.isEmpty }

    public static func += (left: inout HTML, right: HTML) {
        let start = left.bytes.count
        left.bytes += right.bytes
        for (offset, insert) in right.inserts { left.inserts.append((start + offset, insert)) }
    }

    public static func + (left: HTML, right: HTML) -> HTML {
        var sum = left
        sum += right
        return sum
    }

    /// The bytes to send, UTF-8.
    func rendered(_ rendering: Rendering) -> [UInt8] {
        if inserts.isEmpty { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + inserts.count * 24)
        var done = 0
        let fields = inserts.compactMap { insert -> (name: String, label: Phrase)? in
            if case .faultyField(let name, let label) = insert.insert { (name, label) } else { nil }
        }
        for (offset, insert) in inserts {
            result += bytes[done..<offset]
            switch insert {
            case .phrase(let phrase): HTML.escape(rendering.catalogue.text(phrase), into: &result)
            case .icon(let icon):
                result += Array("<svg class=\"icon\" aria-hidden=\"true\"><use href=\"".utf8)
                HTML.escape(rendering.assets.address("icons.svg") + "#" + icon.name, into: &result)
                result += Array("\"/></svg>".utf8)
            case .asset(let path): HTML.escape(rendering.assets.address(path), into: &result)
            case .csrfToken: HTML.escape(rendering.csrfToken, into: &result)
            case .faultyField: break
            case .problems(let problems): result += HTML.list(problems, fields).rendered(rendering)
            }
            done = offset
        }
        result += bytes[done...]
        return result
    }

    /// In the order of the page; last what is wrong with no field that is shown.
    private static func list(_ problems: [String: Phrase], _ fields: [(name: String, label: Phrase)]) -> HTML {
        let shown = fields.compactMap { field in
            problems[field.name].map { problem -> HTML in
                "<li><a class=\"link\" href=\"#\(field.name)\">\(t: field.label)</a>: \(t: problem)</li>"
            }
        }
        let names = Set(fields.map(\.name))
        let rest = problems.filter { !names.contains($0.key) }.sorted { $0.key < $1.key }
        return "<ul>\(shown)\(rest.map { "<li>\(t: $0.value)</li>" as HTML })</ul>"
    }

    /// Writes text such that it is text in an element and in a quoted attribute alike. Control characters that no
    /// HTML document may contain become U+FFFD.
    static func escape(_ text: String, into bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { octets in
            var start = 0
            for (index, byte) in octets.enumerated() {
                guard let instead = replacement(byte) else { continue }
                // What lies between two replacements is copied in one go.
                bytes.append(contentsOf: octets[start..<index])
                bytes.append(contentsOf: instead.utf8)
                start = index + 1
            }
            bytes.append(contentsOf: octets[start...])
        }
    }

    private static func replacement(_ byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        case 0...8, 11, 12, 14...31, 127: "\u{FFFD}"
        default: nil
        }
    }
}

extension Sequence<HTML> {
    /// All pieces, one after the other.
    public func joined(separator: HTML = HTML()) -> HTML {
        var result = HTML()
        for (index, piece) in self.enumerated() {
            if index > 0 { result += separator }
            result += piece
        }
        return result
    }
}

/// What the inserts of a page are resolved with.
struct Rendering: Sendable {
    var catalogue = Catalogue.english
    var assets = Assets()
    var csrfToken = ""
}
