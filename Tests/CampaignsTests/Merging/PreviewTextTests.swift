import Campaigns
import Testing

@Suite struct `The preview text of a mail` {
    @Test(arguments: [
        ("<p>Hello</p>", ""), ("", ""),
        (
            "<html><head><title>x</title></head><body><p>Hello</p></body></html>",
            "<html><head><title>x</title></head><body>"
        ),
        ("<html><BODY class=\"a>b\" title='\"'>\n<p>Hello</p>", "<html><BODY class=\"a>b\" title='\"'>"),
        // None of these is the tag.
        ("<bodyguard>Hello</bodyguard>", ""), ("<p>Hello</p><body", ""), ("<p>Hello</p><body class=\"", ""),
    ]) func `stands where the mail begins`(_ html: String, _ before: String) {
        let added = PreviewText("News for {first_name|you}").added(to: html)
        #expect(added.hasPrefix(before + "<div style=\"display:none"))
        #expect(added.hasSuffix("</div>" + html.dropFirst(before.count)))
        #expect(MergeTemplate(added, as: .html).problems.isEmpty)
    }

    @Test func `is text, in which merge tags are filled in`() {
        let html = PreviewText(#"<b>"Tom & {first_name}"</b>"#).html
        #expect(html == "&lt;b&gt;&quot;Tom &amp; {first_name}&quot;&lt;/b&gt;")
    }

    @Test func `that is empty changes nothing`() {
        #expect(PreviewText("").added(to: "<p>Hello</p>") == "<p>Hello</p>")
    }
}
