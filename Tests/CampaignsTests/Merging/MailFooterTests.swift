import Campaigns
import Testing

@Suite struct `The footer of a mail` {
    struct Case: Sendable {
        var html: String
        var text = ""
        var htmlHasFooter: Bool
        var textHasFooter = false
    }

    @Test(arguments: [
        Case(html: "<p>Hello</p>", htmlHasFooter: true),
        Case(html: "<p>Hello</p>", text: "Hello", htmlHasFooter: true, textHasFooter: true),
        Case(html: #"<a href="{unsubscribe_url}">Bye</a>"#, htmlHasFooter: false),
        Case(html: #"<a href="{unsubscribe_url}">Bye</a>"#, text: "Hello", htmlHasFooter: false, textHasFooter: true),
        Case(html: "<p>Hello</p>", text: "Bye: {unsubscribe_url}", htmlHasFooter: true),
        // Only some would have the link.
        Case(html: #"{#company}<a href="{unsubscribe_url}">Bye</a>{/company}"#, htmlHasFooter: true),
        Case(html: #"{^company}<a href="{unsubscribe_url}">Bye</a>{/company}"#, htmlHasFooter: true),
        Case(html: #"{#unsubscribe_url}<a href="{unsubscribe_url}">Bye</a>{/unsubscribe_url}"#, htmlHasFooter: false),
        Case(html: #"{^unsubscribe_url}<a href="{unsubscribe_url}">Bye</a>{/unsubscribe_url}"#, htmlHasFooter: true),
        Case(html: #"{#city}{city}{/city}<a href="{unsubscribe_url}">Bye</a>"#, htmlHasFooter: false),
        // No tag.
        Case(html: "{ unsubscribe_url }", htmlHasFooter: true), Case(html: "{Unsubscribe_URL}", htmlHasFooter: true),
        Case(html: "", htmlHasFooter: true),
    ]) func `is added to the parts that do not give everybody the link`(_ c: Case) {
        let footer = MailFooter(postalAddress: "1 Main Street\nLondon")
        let (html, text) = footer.added(html: c.html, plainText: c.text)
        #expect((html != c.html) == c.htmlHasFooter)
        #expect((text != c.text) == c.textHasFooter)
        #expect(html.hasPrefix(c.html) && text.hasPrefix(c.text))
        #expect(MergeTemplate(html, as: .html).alwaysUnsubscribes)
        if !text.isEmpty { #expect(MergeTemplate(text, as: .text).alwaysUnsubscribes) }
        #expect(footer.isNeeded(html: c.html, plainText: c.text) == (c.htmlHasFooter || c.textHasFooter))
        // Once is enough.
        #expect(footer.added(html: html, plainText: text) == (html, text))
    }

    @Test func `stands before the end of a whole document, whatever its letters`() {
        let html = MailFooter(postalAddress: "").added(html: "<html><body><p>x</p></BODY></html>", plainText: "").html
        #expect(html.hasPrefix("<html><body><p>x</p><div") && html.hasSuffix("</div></BODY></html>"))
    }

    @Test func `shows an address as it is, and takes nothing in it for markup or a tag`() {
        let footer = MailFooter(postalAddress: "A & <b>B</b>\n{first_name}")
        let html = footer.added(html: "x", plainText: "").html
        #expect(html.contains("A &amp; &lt;b&gt;B&lt;/b&gt;<br>&#123;first_name&#125;<br>"))
        #expect(!MergeTemplate(html, as: .html).usedNames.contains("first_name"))
    }

    @Test func `keeps address and link whatever the account writes`() {
        let footer = MailFooter(postalAddress: "1 rue X", text: "A & {view_url}\nB", linkWords: "<b>Se {désabonner}")
        let (html, text) = footer.added(html: "x", plainText: "y")
        #expect(html.contains("1 rue X<br>A &amp; &#123;view_url&#125;<br>B<br><a href=\"{unsubscribe_url}\""))
        #expect(html.contains(">&lt;b&gt;Se &#123;désabonner&#125;</a>"))
        #expect(text == "y\n\n1 rue X\n\nA & view_url\nB\n\n<b>Se désabonner: {unsubscribe_url}\n")
        #expect(MergeTemplate(html, as: .html).usedNames == ["unsubscribe_url"])
        #expect(
            MailFooter(postalAddress: "").added(html: "x", plainText: "y").plainText
                == "y\n\nUnsubscribe: {unsubscribe_url}\n")
    }

    @Test func `has words of some lines, without braces`() throws {
        #expect(try FooterText.lines(" a \r\n\n b ") == "a\nb")
        #expect(try FooterText.linkWords(" Se\ndésabonner ") == "Se désabonner")
        #expect(throws: FooterText.Problem.braces) { try FooterText.lines("{city}") }
        #expect(throws: FooterText.Problem.tooManyLines(9)) { try FooterText.lines(String(repeating: "x\n", count: 9)) }
        #expect(throws: FooterText.Problem.tooLong(61, most: 60)) {
            try FooterText.linkWords(String(repeating: "x", count: 61))
        }
    }

    @Test func `has an address of some lines, without braces`() throws {
        #expect(try PostalAddress(" Ada's shop \r\n\n 1 Main Street ").text == "Ada's shop\n1 Main Street")
        #expect(try PostalAddress("").text.isEmpty)
        #expect(throws: PostalAddress.Problem.braces) { try PostalAddress("{city}") }
        #expect(throws: PostalAddress.Problem.tooManyLines(9)) { try PostalAddress(String(repeating: "x\n", count: 9)) }
        #expect(throws: PostalAddress.Problem.tooLong(401)) { try PostalAddress(String(repeating: "x", count: 401)) }
    }
}
