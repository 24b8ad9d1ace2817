import Mail
import TestValues
import Testing

@Suite struct `Email addresses (RFC 5321 §4.1.2, RFC 6531)` {
    @Test(arguments: [
        ("bob@example.org", "bob@example.org"),
        ("  bob@example.org\t", "bob@example.org"),
        ("Bob.Smith+News@Example.ORG", "bob.smith+news@example.org"),
        ("o'hara@example.org", "o'hara@example.org"),
        ("!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org"),
        ("bob@bücher.example", "bob@xn--bcher-kva.example"),
        ("bob@BÜCHER.example", "bob@xn--bcher-kva.example"),
        ("bob@xn--bcher-kva.example", "bob@xn--bcher-kva.example"),
        ("bob@faß.de", "bob@xn--fa-hia.de"),
        ("bob@例え。テスト", "bob@xn--r8jz45g.xn--zckzah"),
        ("ünal@example.org", "ünal@example.org"),
        ("\"bob smith\"@example.org", "\"bob smith\"@example.org"),
        ("\"bob\"@example.org", "bob@example.org"),
        ("\"b\\ob\"@example.org", "bob@example.org"),
        ("\"a@b\"@example.org", "\"a@b\"@example.org"),
        ("a@localhost", "a@localhost"),
        ("a@1.example", "a@1.example"),
    ])
    func `good ones have one key whichever way they are written`(text: String, key: String) throws {
        let address = try EmailAddress(text)
        #expect(address.key == key)
        #expect(try EmailAddress(address.description) == address)
        #expect(try EmailAddress(address.key).key == key)
        #expect(address.asciiDomain.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test(arguments: [
        ("", "The address is empty."),
        ("   ", "The address is empty."),
        ("bob", "\"bob\" has no @."),
        ("bob@", "\"bob@\" has no domain after the @."),
        ("@example.org", "\"@example.org\" has nothing before the @."),
        ("bob@example", "The domain of \"bob@example\" has no dot; it must end like example.org."),
        ("a@b@example.org", "\"a@b@example.org\" has more than one @; write one address only."),
        ("bob smith@example.org", "\"bob smith@example.org\" has a space before the @."),
        ("bob@exam ple.org", "\"bob@exam ple.org\" has a space after the @."),
        (
            "Bob <bob@example.org>",
            "\"Bob <bob@example.org>\" has angle brackets; write only the address, without name and brackets."
        ),
        ("a,b@example.org", "\"a,b@example.org\" has a \",\" before the @."),
        (
            ".bob@example.org",
            "\".bob@example.org\" has a dot too many before the @ (at its start, its end, or two in a row)."
        ),
        (
            "bob@example.org\r\nBcc: eve@example.com",
            "\"bob@example.org\u{FFFD}\u{FFFD}Bcc: eve@example.com\" contains a line break, which no address may contain; remove it."
        ),
        (
            "bo\0b@example.org",
            "\"bo\u{FFFD}b@example.org\" contains a NUL character, which no address may contain; remove it."
        ),
        (
            "bob@example.org\u{200B}",
            "\"bob@example.org\u{FFFD}\" contains the invisible character U+200B, which no address may contain; remove it."
        ),
        (
            "\u{FEFF}bob@example.org",
            "\"\u{FFFD}bob@example.org\" contains the invisible character U+FEFF, which no address may contain; remove it."
        ),
        (
            "bob@[127.0.0.1]",
            "\"bob@[127.0.0.1]\" names a computer by its IP address; use an address with a domain name."
        ),
        ("bob@127.0.0.1", "The domain of \"bob@127.0.0.1\" ends in a number; it must end like example.org."),
        ("bob@example..org", "The domain of \"bob@example..org\" has a dot too many."),
        ("bob@example.org.", "The domain of \"bob@example.org.\" has a dot too many."),
        (
            "bob@-example.org",
            "The domain of \"bob@-example.org\" has a part that begins or ends with a hyphen."
        ),
        ("bob@exa_mple.org", "The domain of \"bob@exa_mple.org\" has a \"_\" in it."),
        ("bob@example.org,x", "The domain of \"bob@example.org,x\" has a \",\" in it."),
        ("\"bob@example.org", "\"\"bob@example.org\" has a quotation mark that is not closed right before the @."),
        (
            "bob@xn--\u{FC}-a.org",
            "The domain of \"bob@xn--ü-a.org\" is not a valid international domain name; check its letters."
        ),
    ])
    func `bad ones get a sentence that says what is wrong`(text: String, sentence: String) {
        let problem = #expect(throws: EmailAddressProblem.self) { try EmailAddress(text) }
        #expect(problem?.userMessage == sentence)
    }

    @Test func `lengths are those of RFC 5321 §4_5_3_1`() throws {
        let local = String(repeating: "a", count: 64)
        let label = String(repeating: "b", count: 61)
        #expect(try EmailAddress("\(local)@\(label).\(label).\(label).de").description.utf8.count == 254 - 1)
        #expect(throws: EmailAddressProblem.self) { try EmailAddress("\(local)a@example.org") }
        #expect(throws: EmailAddressProblem.self) { try EmailAddress("\(local)@\(label).\(label).\(label).info") }
        #expect(throws: EmailAddressProblem.self) { try EmailAddress("a@\(String(repeating: "b", count: 64)).org") }
    }

    @Test func `only a local part that is not ASCII needs SMTPUTF8`() throws {
        #expect(try EmailAddress("ünal@example.org").needsSMTPUTF8)
        #expect(try !EmailAddress("bob@bücher.example").needsSMTPUTF8)
        #expect(try EmailAddress("bob@bücher.example").wireForm == "bob@xn--bcher-kva.example")
    }

    @Test func `no accepted text can break a line, whatever it was made of`() {
        var generator = SeededGenerator(seed: 7)
        let alphabet = Array("ab.@\"\\ \r\n\0\t<>[]()é,;:\u{85}\u{2028}-_1")
        var accepted = 0
        for _ in 0..<10_000 {
            let text = String(
                (0..<Int.random(in: 1...10, using: &generator)).map { _ in alphabet.randomElement(using: &generator)! })
            guard let address = try? EmailAddress(text + (Bool.random(using: &generator) ? "" : "a@b.de")) else {
                continue
            }
            accepted += 1
            for form in [address.wireForm, address.key, address.description] {
                #expect(
                    form.unicodeScalars.allSatisfy {
                        $0.value >= 0x20 && $0.value != 0x7F && $0.value != 0x85 && $0.value != 0x2028
                    })
            }
            if !address.wireForm.hasPrefix("\"") {
                #expect(!address.wireForm.contains(where: { " <>,;".contains($0) }))
            }
        }
        #expect(accepted > 100)
    }

    @Test func `what is plain to the eye is an address in its usual form, and its own key`() throws {
        var generator = SeededGenerator(seed: 11)
        func some(_ characters: String, _ range: ClosedRange<Int>) -> String {
            String(
                (0..<Int.random(in: range, using: &generator)).map { _ in characters.randomElement(using: &generator)! }
            )
        }
        var plain = 0
        for _ in 0..<2_000 {
            var text =
                some("ab.1_+", 1...4) + some("a@A\"é ", 0...1) + "@" + some("xn-1b.", 1...6) + some("aé-.1@", 0...1)
            if Bool.random(using: &generator) { text += ".de" }
            let isPlain = text.withUTF8 { EmailAddress.isPlain($0) }
            let address = try? EmailAddress(text)
            if isPlain {
                plain += 1
                #expect(address?.key == text && address?.description == text, "\(text)")
            }
        }
        #expect(plain > 100)
        for text in [
            "a@b", "a@localhost", "a@xn--bcher-kva.example", "a@b.1", String(repeating: "a", count: 65) + "@b.de",
            "a@" + String(repeating: "b", count: 64) + ".de", "", "@b.de", "a@", "a@.de", "a@b..de", "a@b.de.",
            "a@-b.de",
            "a@b-.de", ".a@b.de", "a.@b.de", "a..b@b.de",
        ] {
            var text = text
            #expect(text.withUTF8 { !EmailAddress.isPlain($0) }, "\(text)")
        }
    }
}
