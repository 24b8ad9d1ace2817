internal import COpenSSL

extension DomainKey {
    /// Octets of text that may be a key: one of 4,096 bits has 3,300.
    public static let longestPEM = 16_384

    /// A key that somebody made elsewhere: PKCS #8 or PKCS #1, in PEM.
    public convenience init(pem: String) throws(KeyProblem) {
        guard pem.contains(where: { !$0.isWhitespace }) else { throw .empty }
        guard pem.utf8.count <= Self.longestPEM else { throw .tooLong }
        guard let key = Self.privateKey(in: Array(pem.utf8)) else { throw Self.problem(of: pem) }
        try self.init(taking: key)
    }

    private static func privateKey(in pem: [UInt8]) -> OpaquePointer? {
        defer { ERR_clear_error() }
        return pem.withUnsafeBytes { bytes in
            guard let source = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return nil }
            defer { BIO_free(source) }
            // Without an answer of ours, libcrypto would ask for a passphrase at the terminal of the server.
            return PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil)
        }
    }

    private static func problem(of pem: String) -> KeyProblem {
        if pem.contains("-----BEGIN PUBLIC KEY-----") || pem.contains("-----BEGIN RSA PUBLIC KEY-----") {
            return .isPublic
        }
        if pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || pem.contains("Proc-Type: 4,ENCRYPTED") {
            return .isEncrypted
        }
        if pem.contains("-----BEGIN CERTIFICATE-----") { return .isCertificate }
        return pem.contains("PRIVATE KEY-----") ? .isBroken : .noPEM
    }
}
