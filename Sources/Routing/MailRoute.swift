public import NIOCore
public import TLS

/// Which servers take mail for a domain, and how a connection to each has to be protected.
public struct MailRoute: Sendable, Hashable {
    public struct Host: Sendable, Hashable {
        /// In A-labels.
        public var name: String
        /// Lower is tried first.
        public var preference: Int
        /// IPv6 before IPv4.
        public var addresses: [SocketAddress]
        public var protection: Protection
    }

    public enum Protection: Sendable, Hashable {
        /// As well as it can be had: encrypted where the server offers it, whoever it is (RFC 7435).
        case opportunistic
        /// Encrypted and verified by what is published in the DNS (RFC 7672).
        case dane(DANEPolicy)
        /// Encrypted, by whomever: something is published, and none of it can be used (RFC 7672 §2.2).
        case encrypted
        /// Encrypted, with a certificate that public authorities stand for (RFC 8461).
        case policy
    }

    /// In A-labels.
    public var domain: String
    /// In the order of preference.
    public var hosts: [Host]
    /// Hosts of the domain that may not be used, each a sentence; empty as a rule.
    public var refused: [String] = []

    /// What the receiving system is known by: its hosts. Limits hold for it.
    public var site: String {
        hosts.map { "\($0.preference) \($0.name)" }.joined(separator: ",")
    }

    /// For whatever domain it is: the same connection can take the mail of two routes that are equal in this.
    public var key: String {
        site + "|"
            + hosts.map { host in
                switch host.protection {
                case .opportunistic: "-"
                case .dane(let policy): "d\(policy.otherNames.joined(separator: "/"))"
                case .encrypted: "e"
                case .policy: "p"
                }
            }.joined()
    }

    /// One server's address to connect to.
    public struct Stop: Sendable, Hashable {
        public var host: Host
        public var address: SocketAddress
    }

    /// As many places are tried for one mail: a domain that names a thousand servers keeps nobody busy for a day.
    static let mostStops = 12

    /// The order in which to try: by preference, at random among equals (RFC 5321 §5.1), each host's addresses in turn.
    public func stops(using random: inout some RandomNumberGenerator) -> [Stop] {
        var stops: [Stop] = []
        for preference in Set(hosts.map(\.preference)).sorted() {
            for host in hosts.filter({ $0.preference == preference }).shuffled(using: &random) {
                stops += host.addresses.map { Stop(host: host, address: $0) }
            }
        }
        return Array(stops.prefix(Self.mostStops))
    }
}

/// Why there is no way to a domain.
public struct RouteProblem: Error, Sendable, Hashable {
    /// Whether it will be the same tomorrow: about the recipient, who then fails.
    public var isPermanent: Bool
    /// As in RFC 3463: `5.1.10`.
    public var code: String
    public var userMessage: String

    /// For the log.
    public var reply: String { "\(code) \(userMessage)" }
}
