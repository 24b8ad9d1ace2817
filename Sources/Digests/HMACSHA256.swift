internal import COpenSSL

/// A key for HMAC-SHA256 (RFC 2104), prepared: both halves of the key are digested already, so that the code of a short
/// message costs two blocks of SHA-256 instead of four. A value that many threads can use at once.
public struct HMACSHA256: Sendable, CustomStringConvertible, CustomReflectable {
    /// Octets of a code.
    public static let length = SHA256.length

    private let inner: SHA256
    private let outer: SHA256

    /// - Parameter key: of any length; one of more than 64 octets is replaced by its hash (RFC 2104 §2).
    public init(key: some Sequence<UInt8>) {
        var block = Array(key)
        if block.count > SHA256.blockLength {
            let hash = SHA256.hash(block)
            wipe(&block)
            block = hash
        }
        block.append(contentsOf: repeatElement(0, count: SHA256.blockLength - block.count))
        inner = Self.digest(block, mask: 0x36)
        outer = Self.digest(block, mask: 0x5C)
        wipe(&block)
    }

    private static func digest(_ block: [UInt8], mask: UInt8) -> SHA256 {
        var masked = block.map { $0 ^ mask }
        defer { wipe(&masked) }
        var hash = SHA256()
        hash.update(masked)
        return hash
    }

    /// The code of a message, 32 octets.
    @inlinable
    public func code(of message: some Sequence<UInt8>) -> [UInt8] {
        message.withContiguousStorageIfAvailable { code(of: UnsafeRawBufferPointer($0)) }
            ?? Array(message).withUnsafeBytes { code(of: $0) }
    }

    public func code(of message: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.length) { code, count in
            code.baseAddress.map { write(codeOf: message, to: $0) }
            count = Self.length
        }
    }

    /// Writes the code of a message, 32 octets, where there is room for them.
    public func write(codeOf message: UnsafeRawBufferPointer, to code: UnsafeMutablePointer<UInt8>) {
        var hash = inner
        hash.update(message)
        hash.finish(into: code)
        hash = outer
        hash.update(UnsafeRawBufferPointer(start: code, count: Self.length))
        hash.finish(into: code)
    }

    public var description: String { "HMACSHA256(…)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
