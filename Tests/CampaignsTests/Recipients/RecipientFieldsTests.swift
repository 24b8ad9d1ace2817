@testable import Campaigns
import Testing

@Suite struct `Fields of a recipient` {
    @Test func `the names and their order are djangoMailer's`() {
        #expect(
            RecipientField.allCases.map(\.rawValue) == [
                "email", "first_name", "last_name", "company", "country", "city", "free_field1", "free_field2",
                "free_field3",
            ])
        #expect(RecipientField.allCases.map(\.index) == Array(0..<9))
    }

    @Test func `packing goes both ways`() {
        let fields = RecipientFields(
            email: "a@b.test", firstName: "Ä", lastName: "", company: "c,d", country: "e", city: "f", freeField1: "1",
            freeField2: "2", freeField3: "3")
        #expect(RecipientFields(packed: fields.packed) == fields)
        #expect(RecipientFields(packed: "") == RecipientFields(email: ""))
        #expect(RecipientFields(packed: "a\u{1F}b").firstName == "b")
        #expect(RecipientFields(packed: String(repeating: "x\u{1F}", count: 30)).freeField3 == "x")
    }

    @Test func `a separator inside a value cannot shift the others`() {
        let sly = RecipientFields(email: "a@b.test", firstName: "x\u{1F}y", lastName: "z")
        #expect(RecipientFields(packed: sly.packed).lastName == "z")
    }

    @Test(arguments: [
        ("  Anna ", "Anna"), ("a\r\nBcc: x", "a Bcc: x"), ("a\tb", "a b"), ("a\u{0}b\u{1F}c\u{7F}", "abc"),
        ("e\u{301}", "\u{E9}"), ("\u{FEFF}x\u{200B}", "x"), ("\u{A0}x\u{A0}", "x"), ("Müller", "Müller"),
        ("a\u{202E}b", "ab"), ("👩‍👩‍👧", "👩‍👩‍👧"), ("", ""), ("   ", ""),
    ]) func `values are trimmed, composed and freed of controls`(_ value: String, _ normal: String) {
        let result = RecipientFields.normalised(value, limit: 500)
        #expect(Array(result.unicodeScalars) == Array(normal.unicodeScalars))
        #expect(RecipientFields.normalised(result, limit: 500) == result)
    }

    @Test func `a value that is too long is cut at a character, an address is not cut`() {
        let fields = RecipientFields(
            email: String(repeating: "a", count: 300), firstName: String(repeating: "é", count: 251))
        #expect(fields.tooLong == [.email, .firstName])
        #expect(fields.normalised().firstName == String(repeating: "é", count: 250))
        #expect(fields.normalised().email.count == 300)
    }

    @Test(arguments: [
        ("MÜLLER", "muller"), ("Straße", "strasse"), ("Łódź", "lodz"), ("Søren Ægir", "soren aegir"),
        ("ΑΘΉΝΑ", "αθηνα"),
        ("plain ASCII", "plain ascii"), ("İstanbul", "istanbul"), ("ﬁne", "fine"), ("Ｗｉｄｅ", "wide"), ("北京", "北京"),
    ]) func `the search ignores case and accents`(_ text: String, _ folded: String) {
        #expect(RecipientFields.folded(text) == folded)
        #expect(RecipientFields(email: "a@b.test", city: text).searchText.contains(folded))
    }
}

@Suite struct `Folding Latin letters octet by octet` {
    @Test func `gives what the long way gives`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                // Now and then something beyond: a combining accent, Greek, an emoji.
                let beyond: [UInt32] = [0x301, 0x3A9, 0x1F600, 0x2009]
                let isBeyond = Int.random(in: 0..<20, using: &random) == 0
                let value = isBeyond ? beyond.randomElement() ?? 0x301 : UInt32.random(in: 0x20...0x17F, using: &random)
                if let scalar = Unicode.Scalar(value) { text.append(scalar) }
            }
            #expect(RecipientFields.folded(String(text)) == RecipientFields.foldedSlowly(String(text)))
        }
    }
}

@Suite struct `Headings of CSV columns` {
    @Test(arguments: [
        ("email", RecipientField.email), ("E-Mail", .email), (" E-MAIL ADDRESS ", .email), ("Mail-Adresse", .email),
        ("Adresse e-mail", .email), ("correo electrónico", .email), ("First Name", .firstName), ("Vorname", .firstName),
        ("prénom", .firstName), ("Nombre", .firstName), ("last-name", .lastName), ("Nachname", .lastName),
        ("Nom", .lastName),
        ("Apellidos", .lastName), ("Société", .company), ("Firma", .company), ("país", .country), ("Land", .country),
        ("Ort", .city), ("Ville", .city), ("free_field1", .freeField1), ("Free Field 2", .freeField2),
        ("FREE.FIELD.3", .freeField3),
        ("\u{FEFF}email", .email),
    ]) func `a field is found by any usual name`(_ heading: String, _ field: RecipientField) {
        #expect(RecipientField(heading: heading) == field)
    }

    @Test(arguments: ["", "phone", "x", "☃", "email2", "Geburtstag"])
    func `any other heading is no field`(_ heading: String) {
        #expect(RecipientField(heading: heading) == nil)
    }
}
