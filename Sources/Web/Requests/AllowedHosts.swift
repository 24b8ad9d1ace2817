/// Which Host headers are answered (djangoMailer's `ALLOWED_HOSTS`): a name, `.example.org` for it and everything below
/// it, or `*` for any. A request for another host could otherwise put its name into links that are mailed.
struct AllowedHosts: Sendable {
    private let patterns: [String]

    init(_ patterns: [String]) { self.patterns = patterns.map { $0.lowercased() } }

    /// - Parameter authority: the Host header, with or without a port.
    func allows(_ authority: String?) -> Bool {
        guard let host = authority.flatMap(Self.host) else { return false }
        return patterns.contains { pattern in
            if pattern == "*" { return true }
            if pattern.hasPrefix(".") { return host == pattern.dropFirst() || host.hasSuffix(pattern) }
            return host == pattern
        }
    }

    /// The name without its port, in lower case; `nil` when it has characters that no host has.
    private static func host(of authority: String) -> String? {
        var host = authority.lowercased()[...]
        if host.hasPrefix("[") {
            guard let close = host.firstIndex(of: "]") else { return nil }
            host = host[host.index(after: host.startIndex)..<close]
        } else if let colon = host.firstIndex(of: ":") {
            host = host[..<colon]
        }
        if host.hasSuffix(".") { host = host.dropLast() }
        let isClean = host.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || [0x2D, 0x2E, 0x3A, 0x5F].contains($0)
        }
        return isClean && !host.isEmpty ? String(host) : nil
    }
}
