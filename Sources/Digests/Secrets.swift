internal import COpenSSL

/// Whether two secrets are equal, in a time that depends on their length only.
public func constantTimeEquals(_ a: some Collection<UInt8>, _ b: some Collection<UInt8>) -> Bool {
    let (a, b) = (Array(a), Array(b))
    return a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
}

/// Overwrites a secret that is no longer needed, in a way that the optimiser does not remove. The array must not be
/// shared: of a shared one, only an own copy would be overwritten.
public func wipe(_ secret: inout [UInt8]) {
    secret.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
}
