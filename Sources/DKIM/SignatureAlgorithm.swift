/// How a message is signed. A receiver that knows only one of them checks that one.
public enum SignatureAlgorithm: String, Sendable, CaseIterable {
    /// RSA (RFC 6376 §3.3.1) with 2,048 bits where we make the key (RFC 8301 §3.2): every receiver knows it.
    case rsa
    /// Ed25519 (RFC 8463): short keys, and twenty times as fast.
    case ed25519

    /// The value of the tag `a=`.
    var tag: String { "\(rawValue)-sha256" }
}
