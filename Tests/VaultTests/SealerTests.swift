import Testing
import Vault

@Suite struct `Secrets at rest (AES-256-GCM)` {
    let sealer = Sealer([try! SealingKey(SealingKey.random())])
    let place = SealedPlace(table: "sender", column: "password", account: 7, row: 1)

    @Test func `what was sealed opens at its place`() throws {
        let sealed = sealer.seal("s3cret äöü", at: place)
        #expect(try sealer.openText(sealed, at: place) == "s3cret äöü")
        #expect(try sealer.open(sealer.seal([UInt8](), at: place), at: place) == [])
    }

    @Test func `a value that was copied to another row, account, column or table does not open`() {
        let sealed = sealer.seal("s3cret", at: place)
        for other in [
            SealedPlace(table: "sender", column: "password", account: 7, row: 2),
            SealedPlace(table: "sender", column: "password", account: 8, row: 1),
            SealedPlace(table: "sender", column: "token", account: 7, row: 1),
            SealedPlace(table: "webhook", column: "password", account: 7, row: 1),
        ] {
            #expect(throws: SealingProblem.altered) { try sealer.open(sealed, at: other) }
        }
    }

    @Test func `any changed bit is noticed`() {
        let sealed = sealer.seal("s3cret", at: place)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: SealingProblem.self) { try sealer.open(changed, at: place) }
        }
        #expect(throws: SealingProblem.notSealed) { try sealer.open([UInt8]("gAAAAAB…".utf8), at: place) }
    }

    @Test func `a new key opens the old values and says that they should be sealed again`() throws {
        let (old, new) = (SealingKey.random(), SealingKey.random())
        let sealed = try Sealer(keyText: old).seal("x", at: place)
        let both = try Sealer(keyText: "\(new), \(old)")
        #expect(try both.openText(sealed, at: place) == "x")
        #expect(both.needsResealing(sealed))
        #expect(!both.needsResealing(both.seal("x", at: place)))
        #expect(throws: SealingProblem.unknownKey) { try Sealer(keyText: new).open(sealed, at: place) }
    }

    @Test(arguments: [
        "", "abc", "b1Q4nVQmT0sYyqv3m1w0b8p3K7n0t5R2x9J6c4L8a", "not base64 at all, really not!!!!!!!!!!!!!!!!",
    ])
    func `a key that is not 32 bytes is refused`(_ text: String) {
        #expect(throws: SealingProblem.badKey) { try Sealer(keyText: text) }
    }

    @Test func `djangoMailer's Fernet keys have the right form`() throws {
        _ = try Sealer(keyText: "b1Q4nVQmT0sYyqv3m1w0b8p3K7n0t5R2x9J6c4L8aZE=")
    }

    /// Written by swift-crypto, which the first builds used.
    @Test(arguments: [
        ("ATvu_C56vsILk5z1nFfsLL8sIAHpIAwo8KzG-fO_cI0jbJDtgD7fq47FzxBEEg", "s3cret äöü"),
        ("ATvu_C5_jHvrEL3aTO0TffyQud-KooifXsv8ZQQ9Xuld", ""),
    ])
    func `what was sealed long ago still opens`(_ sealed: String, _ secret: String) throws {
        let sealer = try Sealer(keyText: "b1Q4nVQmT0sYyqv3m1w0b8p3K7n0t5R2x9J6c4L8aZE=")
        #expect(try sealer.openText(#require(Base64URL.decode(sealed)), at: place) == secret)
    }

    @Test func `descriptions hold no secret`() throws {
        let text = SealingKey.random()
        let key = try SealingKey(text)
        var dumped = ""
        dump(key, to: &dumped)
        dump(Sealer([key]), to: &dumped)
        #expect(!dumped.contains(text.prefix(12)))
        #expect(!"\(key) \(Sealer([key]))".contains(text.prefix(12)))
    }
}
