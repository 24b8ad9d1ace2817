internal import COpenSSL

/// SHA-256 (FIPS 180-4): `SHA256.hash(bytes)`, or in pieces. A value: a copy goes on from where it was made.
public struct SHA256: Sendable {
    /// Octets of a hash.
    public static let length = 32
    /// Octets that are digested at a time; what RFC 2104 calls B.
    static let blockLength = 64

    private var state = SHA256_CTX()

    public init() {
        precondition(SHA256_Init(&state) == 1, "libcrypto could not start SHA-256")
    }

    @inlinable
    public mutating func update(_ bytes: some Sequence<UInt8>) {
        if bytes.withContiguousStorageIfAvailable({ update(UnsafeRawBufferPointer($0)) }) == nil {
            Array(bytes).withUnsafeBytes { update($0) }
        }
    }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(
            SHA256_Update(&state, bytes.baseAddress, bytes.count) == 1, "libcrypto could not go on with SHA-256")
    }

    /// The hash of all that came so far; more may follow.
    public func finalize() -> [UInt8] {
        var copy = self
        return [UInt8](unsafeUninitializedCapacity: Self.length) { hash, count in
            copy.finish(into: hash.baseAddress)
            count = Self.length
        }
    }

    @inlinable
    public static func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalize()
    }

    /// Writes `length` octets; the state is worth nothing afterwards.
    mutating func finish(into hash: UnsafeMutablePointer<UInt8>?) {
        precondition(SHA256_Final(hash, &state) == 1, "libcrypto could not finish SHA-256")
    }
}
