internal import Mail
internal import Networks

/// Why a link or a picture of a mail leads nowhere. In a mail there is no page that an address could be relative to.
public enum LinkFault: String, Hashable, Sendable, CaseIterable {
    /// `/offers`, `offers.html`
    case relative
    /// `www.example.org` without `https://`
    case noScheme = "no_scheme"
    /// Nothing, or `#` alone: a place that was never filled in.
    case placeholder
    /// `https://`, `mailto:` with nothing behind it.
    case incomplete
    /// A host without a dot, such as `localhost`, or an address of an inner network: nobody outside can open it.
    case local
    /// `https://x..example/`: no name that a host can have.
    case badHost = "bad_host"
    /// `mailto:` with something that is no address.
    case badAddress = "bad_address"
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
        if trimmed.isEmpty { self = .placeholder; return }
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
            guard let fault = Self.fault(ofHost: host) else { return nil }
            self = fault
        case "mailto":
            if rest.isEmpty { self = .incomplete; return }
            guard Self.hasBadAddress(rest) else { return nil }
            self = .badAddress
        case "tel", "cid":
            if rest.isEmpty { self = .incomplete; return }
            return nil
        case "data": return nil
        // example.org:8080/x
        default: self = text[..<colon].contains(".") ? .noScheme : .relative
        }
    }

    /// - Parameter host: with its port.
    private static func fault(ofHost host: Substring) -> LinkFault? {
        if host.hasPrefix("[") {
            guard let address = NetworkAddress(String(host.dropFirst().prefix { $0 != "]" })) else { return .badHost }
            return address.isOnInternet ? nil : .local
        }
        var name = host.prefix { $0 != ":" }
        if name.isEmpty { return .incomplete }
        if let address = NetworkAddress(String(name)) { return address.isOnInternet ? nil : .local }
        if name.contains(tag) {
            // What a field gives is not known.
            if !name.contains(".") { return nil }
            name = Substring(name.map { $0 == tag ? "x" : String($0) }.joined())
        }
        if name.last == "." { name.removeLast() }
        guard name.contains(".") else { return .local }
        let labels = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        if let last = labels.last, ["localhost", "local", "internal"].contains(last) { return .local }
        if labels.suffix(2) == ["home", "arpa"] { return .local }
        // Browsers take an underscore, which no mail's domain has.
        return DomainName.isFullName(String(name).replacing("_", with: "x")) ? nil : .badHost
    }

    /// `mailto:` with addresses before its `?` (RFC 6068 §2); none at all is right, and lets the reader choose.
    private static func hasBadAddress(_ text: Substring) -> Bool {
        let list = text.prefix { $0 != "?" }
        return list.split(separator: ",").contains { part in
            guard !part.contains(tag) else { return false }
            guard let address = unescaped(part) else { return true }
            return (try? EmailAddress(address)) == nil
        }
    }

    /// Percent-encoding taken off; nil where it is none.
    private static func unescaped(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else { bytes.append(byte); continue }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
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
