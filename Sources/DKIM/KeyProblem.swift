/// Why a key cannot be used; each has a sentence for whoever gave it to us.
public enum KeyProblem: Error, Hashable, Sendable {
    case empty
    case tooLong
    case noPEM
    case isPublic
    case isCertificate
    case isEncrypted
    case isBroken
    /// A key of another kind: elliptic curves of ECDSA, DSA, X25519.
    case otherKind
    case tooShort(bits: Int)
    case tooLarge(bits: Int)

    public var userMessage: String {
        switch self {
        case .empty: "Please paste the private key."
        case .tooLong: "This is longer than any private key. Paste the key alone, from its BEGIN to its END line."
        case .noPEM:
            "This is no private key in PEM form. It begins with a line like “-----BEGIN PRIVATE KEY-----” and ends with “-----END PRIVATE KEY-----”."
        case .isPublic: "This is a public key. Signing needs the private one, which was made together with it."
        case .isCertificate: "This is a certificate. Signing needs the private key."
        case .isEncrypted:
            "This private key is protected with a passphrase. Remove it first, for example with “openssl pkey -in key.pem -out plain.pem”."
        case .isBroken: "This private key is damaged: a part of it is missing or was changed. Copy it again."
        case .otherKind: "This is a key of a kind that DKIM does not know. Use RSA or Ed25519."
        case .tooShort(let bits):
            "This RSA key has \(bits) bits; receivers refuse those with fewer than 1,024, and 2,048 are usual. Make a new one."
        case .tooLarge(let bits):
            "This RSA key has \(bits) bits; receivers need not check those with more than 4,096. Make a new one."
        }
    }
}
