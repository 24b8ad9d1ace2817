import Testing
import Vault

@Suite struct `Tokens and signatures` {
    let signer = Signer(secret: "a secret of the installation, long enough")

    @Test func `a token has 256 bits, comes back as it was, and only its hash is stored`() throws {
        let token = Token()
        #expect(token.plaintext.count == 43)
        #expect(Token() != Token())
        #expect(Token(token.plaintext)?.hash == token.hash)
        #expect(token.hash.count == 32)
        #expect(!"\(token)".contains(token.plaintext))
        var dumped = ""
        dump(token, to: &dumped)
        #expect(!dumped.contains(token.plaintext))
    }

    @Test(arguments: ["", "abc", String(repeating: "é", count: 43), String(repeating: "a", count: 44), "' OR 1=1 --"])
    func `what cannot be a token is none`(_ text: String) {
        #expect(Token(text) == nil)
    }

    @Test func `a link's numbers come back, for their purpose only`() {
        let token = signer.token(.unsubscribe, 7, -1, .max)
        #expect(signer.numbers(.unsubscribe, in: token) == [7, -1, .max])
        #expect(signer.numbers(.viewInBrowser, in: token) == nil)
        #expect(Signer(secret: "another").numbers(.unsubscribe, in: token) == nil)
        #expect(token.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
    }

    @Test func `links that were signed before the secret was changed still work, and new ones have the new secret`() {
        let old = Signer(secret: "an old secret")
        let token = old.token(.unsubscribe, 7, 8, 9)
        let new = Signer(secret: "a new secret", before: ["an older secret", "an old secret"])
        #expect(new.numbers(.unsubscribe, in: token) == [7, 8, 9])
        #expect(new.numbers(.viewInBrowser, in: token) == nil)
        #expect(old.numbers(.unsubscribe, in: new.token(.unsubscribe, 7, 8, 9)) == nil)
        #expect(
            new.messageIDLocalPart(campaign: 1, recipient: 2)
                == Signer(secret: "a new secret").messageIDLocalPart(campaign: 1, recipient: 2))
    }

    @Test func `a token in an address survives a change of case and of the secret, and fits into a local part`() {
        let old = Signer(secret: "an old secret")
        let token = old.addressToken(.returnPath, .max, .max)
        #expect(token.utf8.count + "bounce+".utf8.count <= 64)
        let new = Signer(secret: "a new secret", before: ["an old secret"])
        #expect(new.numbers(.returnPath, inAddress: token.uppercased()) == [.max, .max])
        #expect(new.numbers(.unsubscribe, inAddress: token) == nil)
        #expect(Signer(secret: "a new secret").numbers(.returnPath, inAddress: token) == nil)
        var seen: Set<[Int64]?> = []
        for number in Int64(0)..<300 {
            seen.insert(new.numbers(.returnPath, inAddress: new.addressToken(.returnPath, 7, number)))
        }
        #expect(seen.count == 300 && !seen.contains(nil))
        let characters = Array(token)
        for index in characters.indices {
            var changed = characters
            changed[index] = changed[index] == "0" ? "1" : "0"
            #expect(new.numbers(.returnPath, inAddress: String(changed)) == nil)
        }
        for wrong in ["", "w", token + "0", "ä" + token, String(repeating: "0", count: 65)] {
            #expect(new.numbers(.returnPath, inAddress: wrong) == nil)
        }
    }

    @Test func `a link with any changed character is refused`() {
        let token = Array(signer.token(.unsubscribe, 12345, 678))
        for index in token.indices {
            var changed = token
            changed[index] = changed[index] == "A" ? "B" : "A"
            #expect(signer.numbers(.unsubscribe, in: String(changed)) == nil)
        }
        #expect(signer.numbers(.unsubscribe, in: "") == nil)
    }

    @Test func `a Message-ID is always the same for a campaign and recipient, and no other pair has it`() {
        let one = signer.messageIDLocalPart(campaign: 1, recipient: 23)
        #expect(one == signer.messageIDLocalPart(campaign: 1, recipient: 23))
        #expect(one.count == 32)
        #expect(one.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber) })
        #expect(one != signer.messageIDLocalPart(campaign: 12, recipient: 3))
        #expect(one != signer.messageIDLocalPart(campaign: 23, recipient: 1))
    }

    /// With other codes, every link in every mail that was sent would be void, and a resend would be another mail.
    @Test func `codes stay what they were`() throws {
        #expect(signer.token(.unsubscribe, 7, -1, .max) == "B____________wH__________38IRZGojfxLNnH3Ds3phpZL")
        #expect(signer.token(.viewInBrowser, 7, 123_456) == "B8DEB2j_4ZsbCZHrCX6konhJYiQ")
        #expect(signer.messageIDLocalPart(campaign: 1, recipient: 23) == "j1ekmtr39mlda5d476if4epbl0p8pojb")
        #expect(
            Base64URL.encode(signer.code(.csrf, "guest".utf8)) == "gOu6StcAIWix9xX2r3n4687deVYetQqQ1XcuQXmP_eg")
        let token = try #require(Token(String(repeating: "A", count: 43)))
        #expect(token.hash.starts(with: [15, 0, 115, 133]))
    }

    /// RFC 4648 §10, without padding.
    @Test(arguments: [("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE")])
    func `Base64 is what it is elsewhere`(_ plain: String, _ text: String) {
        #expect(Base64URL.encode(plain.utf8) == text)
        #expect(Base64URL.decode(text) == Array(plain.utf8))
        #expect(Base64URL.decode(text + "==") == Array(plain.utf8))
    }

    @Test(arguments: ["A", "AAAAA", "AB=C", "A B", "é", "AA\n", "A*==", "AA\0A"])
    func `what is not Base64 has no bytes`(_ text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test(arguments: [[], [0], [0xFB, 0xFF], Array(0...255)] as [[UInt8]])
    func `Base64 for URLs goes both ways`(_ bytes: [UInt8]) {
        let text = Base64URL.encode(bytes)
        #expect(Base64URL.decode(text) == bytes)
        #expect(!text.contains { "+/=".contains($0) })
    }
}
