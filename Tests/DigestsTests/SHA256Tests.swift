import Digests
import TestValues
import Testing

@Suite struct `SHA-256 (FIPS 180-4)` {
    struct Vector: Sendable {
        var message: [UInt8]
        var hash: String
    }

    static let vectors = [
        Vector(message: [], hash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        Vector(message: Array("abc".utf8), hash: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        Vector(
            message: Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
            hash: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
    ]

    @Test(arguments: vectors) func `NIST's examples have NIST's hashes`(_ vector: Vector) {
        #expect(SHA256.hash(vector.message) == hex(vector.hash))
    }

    @Test func `a million times the letter a has NIST's hash, in pieces of 1000`() {
        var hash = SHA256()
        for _ in 0..<1000 { hash.update(repeatElement(UInt8(ascii: "a"), count: 1000)) }
        #expect(hash.finalize() == hex("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"))
    }

    @Test(arguments: [1, 3, 55, 56, 63, 64, 65, 1000])
    func `in pieces the hash is the same as at once`(_ size: Int) {
        let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var hash = SHA256()
        for start in stride(from: 0, to: message.count, by: size) {
            hash.update(message[start..<min(start + size, message.count)])
        }
        #expect(hash.finalize() == SHA256.hash(message))
    }

    @Test func `a sequence that has no memory of its own is digested as well`() {
        #expect(SHA256.hash((0..<200).lazy.map { UInt8($0) }) == SHA256.hash([UInt8](0..<200)))
    }

    @Test func `a copy goes on by itself, and finalizing ends nothing`() {
        var one = SHA256()
        one.update("a".utf8)
        var other = one
        other.update("x".utf8)
        #expect(one.finalize() == SHA256.hash("a".utf8))
        one.update("bc".utf8)
        #expect(one.finalize() == hex(Self.vectors[1].hash))
        #expect(other.finalize() == SHA256.hash("ax".utf8))
    }
}
