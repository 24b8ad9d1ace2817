import Testing
import Vault

@Suite struct `Fernet tokens, as djangoMailer stores passwords` {
    static let key = "b1Q4nVQmT0sYyqv3m1w0b8p3K7n0t5R2x9J6c4L8aZE="
    static let other = "RKJw8xGzJoaVKMhJzGQrNqP0YXx0K8vZ9tC7BnMxQWE="
    static let bob =
        "gAAAAABrAxt9BTERX3vh0Er9iBpuS63f0Y-Aheaj44LW_z0NsbopKK5yT2DQn_F-UlZA0pUdt3GC_2kAkn1ThJ8KJtzMn4xL1Q=="

    @Test func `a token opens with its key, also when that is the second of two`() throws {
        #expect(try FernetKeys(Self.key).open(Self.bob) == Array("b0b-smtp-pass".utf8))
        #expect(try FernetKeys("\(Self.other), \(Self.key)").open(Self.bob) == Array("b0b-smtp-pass".utf8))
    }

    @Test func `the token of the specification opens`() throws {
        // github.com/fernet/spec, verify.json
        let keys = try FernetKeys("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=")
        let token =
            "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=="
        #expect(keys.open(token) == Array("hello".utf8))
    }

    @Test func `no bit of a token can be changed, and no other key opens it`() throws {
        let keys = try FernetKeys(Self.key)
        let letters = Array(Self.bob)
        for place in stride(from: 0, to: letters.count - 2, by: 3) {
            var changed = letters
            changed[place] = changed[place] == "A" ? "B" : "A"
            #expect(keys.open(String(changed)) == nil)
        }
        #expect(try FernetKeys(Self.other).open(Self.bob) == nil)
    }

    @Test func `what was stored in the clear is not taken for a token`() {
        for text in ["plain-legacy-pass", "", "gAAAAA", "gAAAAABrAxt9", String(repeating: "gAAA", count: 40)] {
            #expect(!FernetKeys.isToken(text))
        }
        #expect(FernetKeys.isToken(Self.bob))
    }

    @Test(arguments: ["", ",", "short", "b1Q4nVQmT0sYyqv3m1w0b8p3K7n0t5R2x9J6c4L8aZ"])
    func `a key that is none is refused`(_ text: String) {
        #expect(throws: SealingProblem.badKey) { try FernetKeys(text) }
    }
}
