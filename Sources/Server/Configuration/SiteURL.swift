internal import Foundation

/// The public address of this installation: `https://mail.example.com`, perhaps with a path.
public struct SiteURL: Sendable, Hashable, CustomStringConvertible {
    /// Without a slash at its end.
    public let text: String
    /// In lower case, without brackets or port.
    public let host: String
    public let isHTTPS: Bool

    public var description: String { text }

    /// nil for anything that is not `http://host[:port][/path]` or `https://…`.
    public init?(_ text: String) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x27 && $0 != 0x3C && $0 != 0x3E }),
            let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = parts.host, !host.isEmpty,
            parts.query == nil, parts.fragment == nil, parts.user == nil, parts.password == nil
        else { return nil }
        var trimmed = text
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.text = trimmed
        self.host = host.lowercased().trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        isHTTPS = scheme == "https"
    }
}
