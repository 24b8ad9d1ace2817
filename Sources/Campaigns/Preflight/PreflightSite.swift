extension PreflightFacts {
    /// Whether those who get a mail can follow its links to this installation: to unsubscribe, and to see it in a browser.
    public enum Site: Sendable, Hashable {
        /// `https://`, with a name or an address of the internet.
        case open
        /// `http://`: whoever carries the request can read and change it, and RFC 8058 §3.1 asks for HTTPS.
        case unencrypted
        /// An address that this machine alone can reach.
        case loopback
        /// None was given, so links lead to this machine.
        case unknown

        /// Whether campaigns must not leave for a mail server elsewhere.
        public func blocks(isServerHere: Bool) -> Bool {
            switch self {
            case .unknown, .loopback: !isServerHere
            case .open, .unencrypted: false
            }
        }
    }

    /// Whether a host name means the machine that asks.
    public static func isThisMachine(_ host: String) -> Bool {
        let host = host.lowercased()
        return host == "localhost" || host.hasSuffix(".localhost") || host == "::1" || host.hasPrefix("127.")
    }
}
