internal import COpenSSL
internal import Digests

/// A private key that signs for a domain. Many threads can use it at once; it is overwritten when its last copy goes.
public final class DomainKey: Sendable, CustomStringConvertible, CustomReflectable {
    public let algorithm: SignatureAlgorithm
    /// Those of the modulus; 256 for Ed25519.
    public let bits: Int
    /// libcrypto locks what it changes in it (the blinding of RSA); we only read.
    nonisolated(unsafe) private let key: OpaquePointer

    /// Bits of the RSA keys that we make.
    public static let rsaBits: Int32 = 2048

    /// A new key. RSA takes some tenths of a second.
    public convenience init(making algorithm: SignatureAlgorithm) {
        let kind = algorithm == .rsa ? EVP_PKEY_RSA : EVP_PKEY_ED25519
        guard let context = EVP_PKEY_CTX_new_id(kind, nil) else { preconditionFailure("libcrypto knows no such key") }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        precondition(EVP_PKEY_keygen_init(context) == 1, "libcrypto could not begin to make a key")
        if algorithm == .rsa {
            precondition(EVP_PKEY_CTX_set_rsa_keygen_bits(context, Self.rsaBits) == 1, "libcrypto refused the length")
        }
        guard EVP_PKEY_keygen(context, &key) == 1, let key else { preconditionFailure("libcrypto made no key") }
        // What was made by libcrypto itself has no fault that a person could mend.
        do { try self.init(taking: key) } catch { preconditionFailure("libcrypto made a key that cannot sign") }
    }

    /// A key as ``der`` gave it.
    public convenience init(der: [UInt8]) throws(KeyProblem) {
        let key = der.withUnsafeBufferPointer { der in
            var next = der.baseAddress
            return d2i_AutoPrivateKey(nil, &next, der.count)
        }
        ERR_clear_error()
        guard let key else { throw .isBroken }
        try self.init(taking: key)
    }

    /// Takes the key over, and tries it: a key whose parts do not belong together signs nothing that can be verified.
    init(taking key: OpaquePointer) throws(KeyProblem) {
        self.key = key
        bits = Int(EVP_PKEY_get_bits(key))
        switch EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_RSA: algorithm = .rsa
        case EVP_PKEY_ED25519: algorithm = .ed25519
        default: throw .otherKind
        }
        if algorithm == .rsa, bits < 1024 { throw .tooShort(bits: bits) }
        if algorithm == .rsa, bits > 4096 { throw .tooLarge(bits: bits) }
        let trial = Array("martlet".utf8)
        guard let signature = signature(of: trial), verifies(signature, of: trial) else { throw .isBroken }
    }

    deinit { EVP_PKEY_free(key) }

    /// The private key, to be sealed.
    public var der: [UInt8] { Self.encoded { i2d_PrivateKey(key, $0) } }

    /// What the tag `p=` of the DNS record holds: SubjectPublicKeyInfo for RSA (RFC 6376 erratum 3017), the 32 octets
    /// alone for Ed25519 (RFC 8463 §4.2); in Base64.
    public var publicKey: String {
        let info = Self.encoded { i2d_PUBKEY(key, $0) }
        return Base64Text.encode(algorithm == .rsa ? info : info.suffix(32))
    }

    /// The signature of data (RFC 6376 §3.3, RFC 8463 §3): the same each time. Nil when libcrypto cannot.
    func signature(of data: [UInt8]) -> [UInt8]? {
        defer { ERR_clear_error() }
        guard let context = EVP_MD_CTX_new() else { return nil }
        defer { EVP_MD_CTX_free(context) }
        // Ed25519 signs the SHA-256 of the data, with no other hash before its own.
        let (data, digest) = algorithm == .rsa ? (data, EVP_sha256()) : (SHA256.hash(data), nil)
        guard EVP_DigestSignInit(context, nil, digest, nil, key) == 1 else { return nil }
        var length = Int(EVP_PKEY_get_size(key))
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, data, data.count) == 1 else { return nil }
        signature.removeLast(signature.count - length)
        return signature
    }

    func verifies(_ signature: [UInt8], of data: [UInt8]) -> Bool {
        defer { ERR_clear_error() }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        let (data, digest) = algorithm == .rsa ? (data, EVP_sha256()) : (SHA256.hash(data), nil)
        return EVP_DigestVerifyInit(context, nil, digest, nil, key) == 1
            && EVP_DigestVerify(context, signature, signature.count, data, data.count) == 1
    }

    private static func encoded(
        _ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
    ) -> [UInt8] {
        let length = Int(write(nil))
        precondition(length > 0, "libcrypto could not write a key")
        return [UInt8](unsafeUninitializedCapacity: length) { bytes, count in
            var next = bytes.baseAddress
            count = Int(write(&next))
        }
    }

    public var description: String { "DomainKey(\(algorithm.rawValue), …)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
