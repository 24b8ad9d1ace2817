import Foundation
import Campaigns
import Testing

@Suite struct `Where a counted link leads` {
    @Test(arguments: [
        "http://shop.example", "https://shop.example/?a=1&b=2#c", "HTTPS://SHOP.example/", "https://{city}.example/",
        "https://shop.example/?for={company|nobody}", "https://shop.example/{#company}c{/company}",
    ])
    func `http and https with a host are counted`(_ url: String) { #expect(LinkTarget.isCountable(url)) }

    @Test(arguments: [
        "", "#top", "/offer", "offer.html", "//shop.example/", "mailto:a@b.example", "tel:+431", "cid:1",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://shop.example/", "http:",
        "http:/x",
        "http://", "https:///x", "https://@shop.example", "http\t://x", " https", "{free_field1}", "{unsubscribe_url}",
        "{view_url}", "https://shop.example/?u={unsubscribe_url}", "https://shop.example/{#company}x",
        "https://shop.example/{/company}",
    ])
    func `everything else is left as it is`(_ url: String) { #expect(!LinkTarget.isCountable(url)) }

    @Test func `and so is a link of 8 KB`() {
        #expect(!LinkTarget.isCountable("https://shop.example/" + String(repeating: "x", count: 8192)))
        #expect(LinkTarget.isCountable("https://shop.example/" + String(repeating: "x", count: 1900)))
    }

    private func filled(_ url: String, company: String = "", city: String = "") -> String? {
        LinkTarget(url).address(
            MergeValues(RecipientFields(email: "a@b.example", company: company, city: city)))
    }

    @Test func `merge tags are filled in when it is followed, as a browser would ask for it`() {
        #expect(
            filled("https://shop.example/?c={company}", company: "Größe & Söhne")
                == "https://shop.example/?c=Gr%C3%B6%C3%9Fe%20&%20S%C3%B6hne")
        #expect(filled("https://shop.example/?c={company|none}") == "https://shop.example/?c=none")
        #expect(filled("https://{city}.example/", city: "wien") == "https://wien.example/")
        #expect(filled("https://shop.example/a b\"<>") == "https://shop.example/a%20b%22%3C%3E")
        #expect(filled("  https://shop.example/  ") == "https://shop.example/")
    }

    @Test func `what a recipient is called adds no header and changes no scheme`() {
        let hostile = "x\r\nSet-Cookie: a=b\r\n\r\n<script>"
        let address = filled("https://shop.example/?c={company}", company: hostile)
        #expect(address?.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } == true)
        #expect(filled("{company}", company: "javascript:alert(1)") == nil)
        #expect(filled("{company}//x", company: "data:") == nil)
        #expect(filled("https://{city}", city: "") == nil)
        #expect(
            filled("https://shop.example{city}", city: "\\@evil.example")?.hasPrefix("https://shop.example/@") == true)
    }
}

@Suite struct `Addresses that only one mail has` {
    private func addresses(_ texts: String...) -> MergeAddresses {
        var addresses = MergeAddresses()
        for text in texts { addresses.append { $0.append(contentsOf: text.utf8) } }
        return addresses
    }

    @Test func `stand in the place of what they replace, and nothing else is changed`() {
        let source = "{first_name}: <a href=\"https://x/{company}\">x</a>{#city}, {city}{/city}"
        let start = source.utf8.count - source[source.range(of: "https")!.lowerBound...].utf8.count
        let range = start..<(start + "https://x/{company}".utf8.count)
        let template = MergeTemplate(
            source, as: .html,
            replacing: [
                MergeReplacement(range: range, address: 1),
                MergeReplacement(
                    range: source.utf8.count..<source.utf8.count, address: 0, before: "<img src=\"", after: "\">"),
            ])
        var values = MergeValues(RecipientFields(email: "a@b.example", firstName: "A", company: "C", city: "Wien"))
        values.addresses = addresses("PIC", "LINK")
        #expect(template.rendered(values) == "A: <a href=\"LINK\">x</a>, Wien<img src=\"PIC\">")
        #expect(!template.isConstant)
    }

    @Test func `one that begins inside a merge tag is passed over`() {
        let source = "a {company|https://x.example/} b https://y.example/"
        let inside = 11..<29
        let after = 33..<source.utf8.count
        let template = MergeTemplate(
            source, as: .text,
            replacing: [MergeReplacement(range: inside, address: 0), MergeReplacement(range: after, address: 1)])
        var values = MergeValues(RecipientFields(email: "a@b.example"))
        values.addresses = addresses("ONE", "TWO")
        #expect(template.rendered(values) == "a https://x.example/ b TWO")
    }
}
