import Campaigns
import Testing

/// A recipient's fields come from files of strangers.
@Suite struct `A value at the beginning of an address` {
    @Test(
        arguments: [
            (#"<a href="{free_field1}">"#, "javascript:alert(1)", #"<a href="javascript%3Aalert(1)">"#),
            (#"<a href="{free_field1}">"#, "JavaScript :x", #"<a href="JavaScript %3Ax">"#),
            (#"<a href="{free_field1}">"#, "data:text/html,x", #"<a href="data%3Atext/html,x">"#),
            (#"<a title="a:b" href='{free_field1}'>"#, "vbscript:x", "<a title=\"a:b\" href='vbscript%3Ax'>"),
            (#"<img src="{free_field1}" alt="{free_field1}">"#, "x:y", #"<img src="x%3Ay" alt="x:y">"#),
            (#"<a href="java{free_field1}">"#, "script:x", #"<a href="javascript%3Ax">"#),
            (#"<a href="{#city}https://{/city}{free_field1}">"#, "javascript:x", #"<a href="javascript%3Ax">"#),
            // What leads somewhere stays.
            (#"<a href="{free_field1}">"#, "https://example.org/a:b?c", #"<a href="https://example.org/a:b?c">"#),
            (#"<a href="{free_field1}">"#, "MAILTO:ada@example.org", #"<a href="MAILTO:ada@example.org">"#),
            (#"<a href="{free_field1}">"#, "/a/b:c", #"<a href="/a/b:c">"#),
            (#"<a href="https://x.example/{free_field1}">"#, "a:b", #"<a href="https://x.example/a:b">"#),
            (
                #"<a href="https://x.example/">{free_field1}</a>"#, "javascript:x",
                #"<a href="https://x.example/">javascript:x</a>"#
            ),
            ("<p>href=\"{free_field1}", "javascript:x", "<p>href=\"javascript:x"),
        ]) func `is never program code`(_ source: String, _ value: String, _ expected: String)
    {
        let values = MergeValues(RecipientFields(email: "a@example.org", freeField1: value))
        let template = MergeTemplate(source, as: .html)
        #expect(template.rendered(values) == expected)
        // Elsewhere nothing is an address.
        #expect(MergeTemplate("{free_field1}", as: .text).rendered(values) == value)
    }
}

@Suite struct `A value in a style` {
    @Test(
        arguments: [
            ("red;} body{display:none} @import url(//evil.example/t)", "red bodydisplaynone import urlevil.examplet"),
            ("red;background:url(http://evil.example/t)", "redbackgroundurlhttpevil.examplet"),
            ("red\\3b /* \"' <!-- \n\u{1}", "red3b   -- "), ("</style><script>", "stylescript"), ("a}b", "ab"),
            // What a style can use stays.
            ("#ff8800", "#ff8800"), ("12.5%", "12.5%"), ("Grün, serif", "Grün, serif"),
        ]) func `is words and numbers, whatever it says`(_ value: String, _ expected: String)
    {
        let values = MergeValues(RecipientFields(email: "a@example.org", company: value))
        for source in [
            "<style>p{color:@}</style>", "<style type=\"text/css\">\n.a > b { x: \"@\" }</style>",
            "<!--[if mso]><style>p{font:@}</style><![endif]-->", "<p style=\"color:@\">", "<p class='a' style='@'>",
            "<!-- it's --><p style=\"color: @\">", "<STYLE>p{}</styles>@</STYLE>",
            "<style>p{}{#city}</style>{/city} a{color:@}",
        ] {
            let template = MergeTemplate(source.replacing("@", with: "{company}"), as: .html)
            let shown = source.replacing("@", with: expected)
                .replacing("{#city}</style>{/city}", with: "")
            #expect(template.rendered(values) == shown)
        }
    }

    @Test(
        arguments: [
            ("https://x.example/a b.png?c=1&d='", "https://x.example/a%20b.png?c=1&d=%27"),
            ("x);} *{display:none}/*\"", "x%29%3B%7D%20%2A%7Bdisplay%3Anone%7D/%2A%22"),
            ("javascript:alert(1)", "javascript%3Aalert%281%29"), ("\n/ü.png", "/ü.png"),
        ]) func `that is an address stays within its brackets`(_ value: String, _ expected: String)
    {
        let values = MergeValues(RecipientFields(email: "a@example.org", freeField1: value))
        let sheet = MergeTemplate("<style>p{background:URL(\"{free_field1}\") red}</style>{free_field1}", as: .html)
        #expect(sheet.rendered(values).hasPrefix("<style>p{background:URL(\"\(expected)\") red}</style>"))
        let attribute = MergeTemplate("<p style=\"background:url({free_field1})\">", as: .html)
        #expect(
            attribute.rendered(values)
                == "<p style=\"background:url(\(expected.replacing("&", with: "&amp;")))\">")
    }

    @Test func `behind an address, or where the address is not for everybody, is in a style again`() {
        let values = MergeValues(RecipientFields(email: "a@example.org", company: "a:b/c"))
        for source in [
            "<p style=\"background:url(x) {company}\">", "<p style=\"background:{#city}url({/city}{company}\">",
        ] {
            #expect(MergeTemplate(source, as: .html).rendered(values).hasSuffix("abc\">"))
        }
    }

    @Test func `is text again behind the style sheet and the tag`() {
        let values = MergeValues(RecipientFields(email: "a@example.org", company: "A (b); \"c\""))
        let template = MergeTemplate(
            "<style>p{}</style><p style=\"color:red\" title=\"{company}\">{company}</p>", as: .html)
        let text = "A (b); &quot;c&quot;"
        #expect(
            template.rendered(values)
                == "<style>p{}</style><p style=\"color:red\" title=\"\(text)\">\(text)</p>")
    }
}
