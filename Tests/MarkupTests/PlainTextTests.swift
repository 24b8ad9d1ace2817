import Markup
import Testing

@Suite struct `Text made from HTML` {
    @Test(arguments: [
        ("<p>Hello {first_name|friend},</p><p>how  are\nyou?</p>", "Hello {first_name|friend},\n\nhow are you?\n"),
        ("<h1>News</h1>Text<br>more<br><br>end", "News\n\nText\nmore\n\nend\n"),
        ("<a href=\"https://x.test/\">Shop</a> now", "Shop (https://x.test/) now\n"),
        ("<a href=\"https://x.test/\">https://x.test/</a>", "https://x.test/\n"),
        ("<a href=\"mailto:a@x.test\">a@x.test</a>", "a@x.test\n"),
        ("<a href=\"{unsubscribe_url}\">Unsubscribe</a>", "Unsubscribe ({unsubscribe_url})\n"),
        ("<a href=\"#top\">Up</a>", "Up\n"),
        ("<a href=\"https://x.test\"><img src=a alt=\"Our shop\"></a>", "Our shop (https://x.test)\n"),
        ("<ul><li>one</li><li>two<ul><li>inner</li></ul></li></ul>after", "- one\n- two\n  - inner\n\nafter\n"),
        ("<ol start=3><li>c</li><li>d</li></ol>", "3. c\n4. d\n"),
        (
            "<table><tr><th>Name</th><th>Price</th></tr><tr><td>Tea</td><td>3 €</td></tr></table>",
            "Name | Price\nTea | 3 €\n"
        ),
        ("<table><tr><td>left</td><td>right</td></tr></table>", "left\nright\n"),
        ("{#company}<p>at {company}</p>{/company}", "{#company}\n\nat {company}\n\n{/company}\n"),
        ("<div style=\"display:none\">preheader</div>x", "x\n"),
        ("<style>p{}</style><script>1</script><title>t</title>x", "x\n"),
        ("a&nbsp;&amp;&nbsp;b &lt;c&gt;", "a & b <c>\n"), ("<pre>a\n  b</pre>", "a\n  b\n"),
        ("x<hr>y", "x\n\n----------------------------------------\n\ny\n"),
        ("", ""), ("   ", ""), ("a\u{200B}b\u{AD}c", "abc\n"),
    ]) func `reads as the mail looks`(_ html: String, _ text: String) {
        #expect(plainText(fromHTML: html) == text)
    }

    @Test func `links are found in order, with their text`() {
        let html = """
            <a href="https://a.test/?x=1&amp;y=2">A <b>bold</b></a><a name=top></a><a href="{view_url}"><img alt="see"></a>
            <map><area href="https://c.test" alt=C></map>
            """
        #expect(
            links(in: html) == [
                HTMLLink(url: "https://a.test/?x=1&y=2", text: "A bold"), HTMLLink(url: "{view_url}", text: "see"),
                HTMLLink(url: "https://c.test", text: "C"),
            ])
    }
}
