/// Why a link or a picture of a mail leads nowhere. In a mail there is no page that an address could be relative to.
public enum LinkFault: String, Hashable, Sendable, CaseIterable {
    /// `/offers`, `offers.html`
    case relative
    /// `www.example.org` without `https://`
    case noScheme = "no_scheme"
    /// `#` alone: a place that was never filled in.
    case placeholder
    /// `https://`, `mailto:` with nothing behind it.
    case incomplete
    /// A host without a dot, such as `localhost`: nobody outside can open it.
    case local
    /// A blank inside.
    case blank
    /// Longer than ``longest``: some mail programs cut it off.
    case tooLong = "too_long"
    /// A picture that should come with the mail and does not.
    case missing

    /// Bytes of an address that every mail program takes.
    public static let longest = 2000

    /// - Parameter url: as it stands in the template; merge tags count as text that is there.
    /// - Returns: nil for one that can be opened, as far as it can be known.
    public init?(link url: String) {
        var trimmed = url.drop { $0.isWhitespace }
        while trimmed.last?.isWhitespace == true { trimmed.removeLast() }
        let text = Self.filled(trimmed)
        if text.isEmpty { return nil }
        if text == "#" { self = .placeholder; return }
        // A place in the mail itself, or an address that a field gives.
        if text.hasPrefix("#") || text.first == Self.tag { return nil }
        if text.utf8.count > Self.longest { self = .tooLong; return }
        if text.contains(where: \.isWhitespace) { self = .blank; return }
        guard let colon = text.firstIndex(of: ":"),
            text[..<colon].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "." })
        else {
            self = text.lowercased().hasPrefix("www.") ? .noScheme : .relative
            return
        }
        let rest = text[text.index(after: colon)...]
        switch text[..<colon].lowercased() {
        case "http", "https":
            guard rest.hasPrefix("//") else { self = .incomplete; return }
            let host = rest.dropFirst(2).prefix { !"/?#".contains($0) }.split(separator: "@").last ?? ""
            let name = host.prefix { $0 != ":" }
            if name.isEmpty { self = .incomplete; return }
            if !name.contains("."), !name.contains(Self.tag) { self = .local; return }
            return nil
        case "mailto", "tel", "cid":
            if rest.isEmpty { self = .incomplete; return }
            return nil
        case "data": return nil
        // example.org:8080/x
        default: self = text[..<colon].contains(".") ? .noScheme : .relative
        }
    }

    private static let tag: Character = "\u{F8FF}"

    /// Merge tags become one character.
    private static func filled(_ text: Substring) -> String {
        var result = ""
        var rest = text
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            guard let close = rest[open...].firstIndex(of: "}") else { return result + rest[open...] }
            let inside = rest[rest.index(after: open)..<close]
            if inside.allSatisfy({ $0.isLetter || $0.isNumber || "_#^/| -".contains($0) }) {
                if !"#^/".contains(inside.first ?? " ") { result.append(tag) }
            } else {
                result += rest[open...close]
            }
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}
