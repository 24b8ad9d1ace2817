/// What a domain has published about the protection of mail to it (RFC 8461 §3.2).
public struct TransportPolicy: Sendable, Hashable {
    public enum Mode: String, Sendable {
        /// Only to the servers that are named, encrypted and verified.
        case enforce
        /// As if there were none, and tell the domain what would have failed.
        case testing
        case none
    }

    public var mode: Mode
    /// Names of servers, `*.` for any one label before the rest.
    public var hosts: [String]
    /// Seconds for which it holds.
    public var lifetime: Int

    /// Octets that a policy may have (§3.3 leaves it open; nobody needs more).
    static let longest = 64 * 1024

    /// - Returns: nil for a text that is none.
    init?(_ text: String) {
        var mode: Mode?
        var version: String?
        hosts = []
        var lifetime: Int?
        for line in text.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].trimmed
            let value = line[line.index(after: colon)...].trimmed
            switch name {
            case "version" where version == nil: version = value
            case "mode" where mode == nil: mode = Mode(rawValue: value)
            case "max_age" where lifetime == nil: lifetime = value.utf8.count <= 10 ? Int(value) : nil
            case "mx": hosts.append(value.lowercased())
            default: break
            }
        }
        guard version == "STSv1", let mode, let lifetime, (0...31_557_600).contains(lifetime) else { return nil }
        guard mode == .none || !hosts.isEmpty else { return nil }
        self.mode = mode
        self.lifetime = lifetime
    }

    /// Whether a server is one of those that are named (§4.1).
    func allows(_ host: String) -> Bool {
        hosts.contains { pattern in
            guard pattern.hasPrefix("*.") else { return pattern == host }
            guard let dot = host.firstIndex(of: ".") else { return false }
            return host[dot...] == pattern.dropFirst()
        }
    }

    /// The id in a domain's record `_mta-sts` (§3.1); nil where there is none, or several.
    static func id(in texts: [String]) -> String? {
        let records = texts.filter { $0.hasPrefix("v=STSv1;") || $0 == "v=STSv1" }
        guard records.count == 1 else { return nil }
        for field in records[0].split(separator: ";").dropFirst() {
            let parts = field.split(separator: "=", maxSplits: 1).map(\.trimmed)
            guard parts.count == 2, parts[0] == "id" else { continue }
            let isRight =
                (1...32).contains(parts[1].utf8.count)
                && parts[1].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
            return isRight ? parts[1] : nil
        }
        return nil
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self
        while let first = text.first, first == " " || first == "\t" || first == "\r" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
        return String(text)
    }
}
