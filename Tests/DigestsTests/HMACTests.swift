import Digests
import TestValues
import Testing

@Suite struct `HMAC (RFC 2104)` {
    struct Vector: Sendable {
        var key: [UInt8]
        var message: [UInt8]
        var code: String
    }

    /// RFC 4231 §4.2 to §4.4, §4.7 and §4.8: keys shorter and longer than a block.
    static let sha256 = [
        Vector(
            key: Array(repeating: 0x0B, count: 20), message: Array("Hi There".utf8),
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        Vector(
            key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Vector(
            key: Array(repeating: 0xAA, count: 20), message: Array(repeating: 0xDD, count: 50),
            code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        Vector(
            key: Array(repeating: 0xAA, count: 131),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        Vector(
            key: Array(repeating: 0xAA, count: 131),
            message: Array(
                """
                This is a test using a larger than block-size key and a larger than block-size data. The key needs to \
                be hashed before being used by the HMAC algorithm.
                """.utf8),
            code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]

    @Test(arguments: sha256) func `RFC 4231's messages have its SHA-256 codes`(_ vector: Vector) {
        let key = HMACSHA256(key: vector.key)
        #expect(key.code(of: vector.message) == hex(vector.code))
        #expect(key.code(of: vector.message) == hex(vector.code), "a key is not used up")
    }

    @Test func `a prepared key answers many at once`() async {
        let key = HMACSHA256(key: "shared".utf8)
        let expected = (0..<64).map { key.code(of: [UInt8($0)]) }
        let codes = await withTaskGroup(of: (Int, [UInt8]).self) { group in
            for n in 0..<64 { group.addTask { (n, key.code(of: [UInt8(n)])) } }
            return await group.reduce(into: [Int: [UInt8]]()) { $0[$1.0] = $1.1 }
        }
        #expect((0..<64).allSatisfy { codes[$0] == expected[$0] })
        #expect(Set(expected).count == 64)
    }

    /// RFC 2202 §2, cases 1, 2 and 6, and the example of RFC 2195 §2.
    static let md5 = [
        Vector(
            key: Array(repeating: 0x0B, count: 16), message: Array("Hi There".utf8),
            code: "9294727a3638bb1c13f48ef8158bfc9d"),
        Vector(
            key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
            code: "750c783e6ab0b503eaa86e310a5db738"),
        Vector(
            key: Array(repeating: 0xAA, count: 80),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            code: "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"),
        Vector(
            key: Array("tanstaaftanstaaf".utf8), message: Array("<1896.697170952@postoffice.reston.mci.net>".utf8),
            code: "b913a602c7eda7a495b4e6e7334d3890"),
    ]

    @Test(arguments: md5) func `RFC 2202's messages and CRAM-MD5's have their MD5 codes`(_ vector: Vector) {
        #expect(HMACMD5.code(of: vector.message, key: vector.key) == hex(vector.code))
    }

    @Test func `empty keys and messages have codes as well`() {
        #expect(
            HMACSHA256(key: []).code(of: [])
                == hex("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"))
        #expect(HMACMD5.code(of: [], key: []) == hex("74e6f7298a9c2d168935f58c001bad88"))
    }

    @Test func `a description holds no key`() {
        var dumped = ""
        dump(HMACSHA256(key: "s3cret".utf8), to: &dumped)
        #expect(dumped == "- HMACSHA256(…)\n")
    }

    @Test func `secrets are compared whole`() {
        #expect(constantTimeEquals([1, 2, 3], [1, 2, 3]))
        #expect(!constantTimeEquals([1, 2, 3], [1, 2, 4]))
        #expect(!constantTimeEquals([1, 2, 3], [1, 2]))
        #expect(constantTimeEquals([], []))
        var secret: [UInt8] = [1, 2, 3]
        wipe(&secret)
        #expect(secret == [0, 0, 0])
    }
}
