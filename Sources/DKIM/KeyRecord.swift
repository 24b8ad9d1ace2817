/// The TXT record under which receivers find a public key (RFC 6376 §3.6).
public struct KeyRecord: Hashable, Sendable {
    /// The value of `k=`.
    public var algorithm: SignatureAlgorithm
    /// The value of `p=`: Base64, without white space.
    public var publicKey: String

    public init(algorithm: SignatureAlgorithm, publicKey: String) {
        self.algorithm = algorithm
        self.publicKey = publicKey
    }

    /// Where it is: `selector._domainkey.example.org`.
    public static func name(selector: String, domain: String) -> String { "\(selector)._domainkey.\(domain)" }

    public var text: String { "v=DKIM1; k=\(algorithm.rawValue); p=\(publicKey)" }

    /// The text in the strings of a zone file: each has at most 255 octets (RFC 1035 §3.3.14).
    public var strings: String {
        var rest = Substring(text)
        var strings: [String] = []
        while !rest.isEmpty {
            strings.append("\"\(rest.prefix(255))\"")
            rest = rest.dropFirst(255)
        }
        return strings.joined(separator: " ")
    }
}
