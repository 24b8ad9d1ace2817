import TestValues
import Testing

@testable import Vault

/// "The Galois/Counter Mode of Operation" (McGrew and Viega, submitted to NIST), appendix B, cases 13, 14 and 16.
@Suite struct `AES-256-GCM (NIST SP 800-38D)` {
    struct Vector: Sendable {
        var key: String
        var nonce: String
        var label = ""
        var text = ""
        var box: String
    }

    static let vectors = [
        Vector(
            key: String(repeating: "00", count: 32), nonce: String(repeating: "00", count: 12),
            box: "530f8afbc74536b9a963b4f1c4cb738b"),
        Vector(
            key: String(repeating: "00", count: 32), nonce: String(repeating: "00", count: 12),
            text: String(repeating: "00", count: 16),
            box: "cea7403d4d606b6e074ec5d3baf39d18 d0d1c8a799996bf0265b98b5d48ab919"),
        Vector(
            key: String(repeating: "feffe9928665731c6d6a8f9467308308", count: 2), nonce: "cafebabefacedbaddecaf888",
            label: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            text: """
                d9313225f88406e5a55909c5aff5269a 86a7a9531534f7da2e4c303d8a318a72
                1c3c0c95956809532fcf0e2449a6b525 b16aedf5aa0de657ba637b39
                """,
            box: """
                522dc1f099567d07f47f37a32a84427d 643a8cdcbfe5c0c97598a2bd2555d1aa
                8cb08e48590dbb3da7b08b1056828838 c5f61e6393ba7a0abcc9f662
                76fc6ece0f4e1768cddf8853bb2d551b
                """),
    ]

    @Test(arguments: vectors) func `the known texts become the known boxes, and open again`(_ vector: Vector) {
        let key = AESGCM(key: hex(vector.key))
        let (nonce, label) = (hex(vector.nonce), hex(vector.label))
        #expect(key.seal(hex(vector.text), nonce: nonce, authenticating: label) == hex(vector.box))
        #expect(key.open(hex(vector.box), nonce: nonce, authenticating: label) == hex(vector.text))
    }

    @Test(arguments: vectors) func `another key, nonce, label or box does not open`(_ vector: Vector) {
        let (nonce, label, box) = (hex(vector.nonce), hex(vector.label), hex(vector.box))
        let key = AESGCM(key: hex(vector.key))
        #expect(AESGCM(key: [UInt8](repeating: 9, count: 32)).open(box, nonce: nonce, authenticating: label) == nil)
        #expect(key.open(box, nonce: nonce.reversed().map { $0 ^ 1 }, authenticating: label) == nil)
        #expect(key.open(box, nonce: nonce, authenticating: label + [0]) == nil)
        #expect(key.open(box.dropLast() + [box[box.count - 1] ^ 128], nonce: nonce, authenticating: label) == nil)
        #expect(key.open(Array(box.dropFirst()), nonce: nonce, authenticating: label) == nil)
        #expect(key.open([], nonce: nonce, authenticating: label) == nil)
    }
}
