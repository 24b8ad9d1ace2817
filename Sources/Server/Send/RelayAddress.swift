internal import Foundation
internal import Persistence

/// Where `martlet send` hands in its mail, as a URL: `smtp://user:password@host:587`.
///
/// - `smtps://` is TLS from the first byte, on port 465 unless another one is given (RFC 8314 §3.3).
/// - `smtp://` is STARTTLS, on port 587; a server that does not offer it is refused.
/// - `smtp://` to this machine itself (localhost, 127.0.0.1, ::1) is without TLS, on port 25: nothing leaves the machine.
/// - `?security=none` is no TLS at all, for a network that is trusted; `?security=starttls` and `tls` say it outright.
/// - `?verify=no` takes any certificate.
public struct RelayAddress: Sendable, Hashable, CustomStringConvertible {
    public let host: String
    public let port: Int
    let security: SenderRecord.Security
    public let userName: String
    public let password: String
    public let verifiesCertificate: Bool

    /// Without the password.
    public var description: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// - Parameter password: used instead of the one in the URL, unless it is nil or empty.
    public init(_ url: String, password: String? = nil) throws {
        guard let scheme = url.range(of: "://") else { throw Self.problem("does not begin with smtp:// or smtps://") }
        let isImplicit: Bool
        switch url[..<scheme.lowerBound].lowercased() {
        case "smtp": isImplicit = false
        case "smtps": isImplicit = true
        default: throw Self.problem("begins with neither smtp:// nor smtps://")
        }
        let rest = url[scheme.upperBound...]
        // A password may contain /, ? and @ without being encoded: the last @ ends it.
        let at = rest.lastIndex(of: "@")
        let place = at.map { rest[rest.index(after: $0)...] } ?? rest
        let query = place.firstIndex(of: "?")
        let authority = place[..<(query ?? place.endIndex)].prefix { $0 != "/" }
        let login = try Self.login(at.map { rest[..<$0] } ?? "")
        userName = login.user
        self.password = password.flatMap { $0.isEmpty ? nil : $0 } ?? login.password

        var security: SenderRecord.Security?
        var verifies = true
        for (name, value) in Self.options(query.map { place[place.index(after: $0)...] } ?? "") {
            switch (name, value) {
            case ("security", _):
                guard let given = SenderRecord.Security(rawValue: value) else {
                    throw Self.problem("has security=\(value); use none, starttls or tls")
                }
                security = given
            case ("verify", "no"): verifies = false
            case ("verify", "yes"): verifies = true
            default:
                throw Self.problem(
                    "has the option \(name)=\(value); there are security=none|starttls|tls and verify=no")
            }
        }
        verifiesCertificate = verifies
        let (host, port) = try Self.place(authority)
        let isHere = host.lowercased() == "localhost" || host == "::1" || host.hasPrefix("127.")
        let chosen = security ?? (isImplicit ? .tls : isHere ? .none : .startTLS)
        self.host = host
        self.security = chosen
        self.port = port ?? (chosen == .tls ? 465 : isHere ? 25 : 587)
    }

    private static func login(_ text: some StringProtocol) throws -> (user: String, password: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
        let decoded = parts.map { $0.removingPercentEncoding ?? $0 }
        guard decoded.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }) else {
            throw problem("has a control character in its user name or password")
        }
        return (decoded.first ?? "", decoded.count > 1 ? decoded[1] : "")
    }

    private static func options(_ query: some StringProtocol) -> [(String, String)] {
        query.split(separator: "&").map { option in
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (parts[0].lowercased(), parts.count > 1 ? parts[1].lowercased() : "")
        }
    }

    private static func place(_ authority: some StringProtocol) throws -> (String, Int?) {
        var host = String(authority)
        var portText: String?
        if host.hasPrefix("["), let close = host.firstIndex(of: "]") {
            let after = host[host.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw problem("has something strange after its ]") }
            portText = after.isEmpty ? nil : String(after.dropFirst())
            host = String(host[host.index(after: host.startIndex)..<close])
        } else if let colon = host.lastIndex(of: ":") {
            portText = String(host[host.index(after: colon)...])
            host = String(host[..<colon])
        }
        let isClean = host.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != 0x2F && $0 != 0x40 }
        guard !host.isEmpty, isClean else {
            throw problem("names no host; write smtp://user:password@mail.example.com:587")
        }
        guard let portText else { return (host, nil) }
        guard portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(portText),
            (1...65535).contains(port)
        else { throw problem("has the port \"\(printable(portText))\"; use 1 to 65535") }
        return (host, port)
    }

    private static func problem(_ text: String) -> CommandFailure {
        CommandFailure(.usage, "The address given with --smtp \(text).")
    }
}
