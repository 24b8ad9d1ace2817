import Markup
import TestValues
import Testing

@Suite struct `Sanitising HTML` {
    @Test(arguments: [
        "<p>Hello <b>{first_name}</b>,</p>",
        "<a href=\"{unsubscribe_url}\">Bye</a>",
        "<a href=\"https://shop.test/?id={email}&amp;x=1\" target=\"_blank\" title=\"{first_name|you}\">Shop</a>",
        "<img src=\"cid:logo\" alt=\"Logo\" width=\"10\"><img src=\"data:image/png;base64,AAAA\">",
        "<table width=\"600\" cellpadding=\"0\" bgcolor=\"#ffffff\"><tbody><tr><td style=\"color: red; padding: 0\">x</td></tr></tbody></table>",
        "<table><tbody>{#company}<tr><td>{company}</td></tr>{/company}{^company}<tr><td>–</td></tr>{/company}</tbody></table>",
        "<p style=\"background: url(https://x.test/a.png)\" class=\"lead\">x</p>",
        "<!--[if mso]><table><tr><td><![endif]--><div>x</div><!--[if mso]></td></tr></table><![endif]-->",
        "<style>\n.a { color: red }</style>", "<ul><li>a</li><li>b</li></ul>", "a &amp; b &lt; c &nbsp; d", "",
        "{#city}{city}{/city} {not_a_tag} { color: red }", "<pre>\n\nx</pre>",
    ]) func `what mails are made of stays`(_ html: String) {
        let result = sanitise(html: html)
        #expect(
            result.html.filter { $0 != "\n" && $0 != ";" && $0 != " " }
                == html.filter { $0 != "\n" && $0 != ";" && $0 != " " })
        #expect(result.removed == [])
    }

    @Test(
        arguments: [
            ("a<script>alert('{x}')</script>b", "ab"),
            ("<img src=x onerror=alert(1)>", "<img src=\"x\">"),
            ("<a href=\"javascript:alert(1)\">x</a>", "<a>x</a>"),
            ("<a href=\"java&#10;script&colon;alert(1)\">x</a>", "<a>x</a>"),
            ("<a href=\" JAVASCRIPT:alert(1)\">x</a>", "<a>x</a>"),
            ("<a href=\"{first_name|javascript:}alert(1)\">x</a>", "<a>x</a>"),
            ("<a href=\"java{#city}script:{/city}alert(1)\">x</a>", "<a>x</a>"),
            ("<a href=\"data:text/html,x\">x</a>", "<a>x</a>"),
            ("<img src=\"data:text/html,x\">", "<img>"),
            ("<form action=/x><input name=a>b</form>", "b"),
            ("<iframe src=//x.test>c</iframe>d", "d"),
            ("<object data=x><p>e</p></object>", "<p>e</p>"),
            ("<svg><style><img src=x onerror=alert(1)></style></svg>", "<style></style>"),
            (
                "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
                nil
            ),
            ("<p style=\"color:red;behavior:url(x);width:expression(alert(1))\">x</p>", "<p style=\"color:red\">x</p>"),
            ("<p style=\"w:ex/**/pression(1);x:\\65xpression(2);background:url('java script:x')\">x</p>", "<p>x</p>"),
            ("<style>@import 'x.css'; a{color:red}</style>", "<style>a {\ncolor:red;\n}\n</style>"),
            ("<meta http-equiv=refresh content=\"0;url=x\">x", "x"),
            ("<base href=//x.test>x<link rel=stylesheet href=x>", "x"),
            ("<p data-hx-get=/x hx-post=/y>x</p>", "<p>x</p>"),
            ("x<!-- secret -->y", "xy"),
            ("<textarea><script>alert(1)</script></textarea>z", "z"),
            ("<p>unclosed <b>bold", "<p>unclosed <b>bold</b></p>"),
            ("<template><script>1</script></template>x", "x"),
            ("<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", nil),
            ("a < b > c", "a &lt; b &gt; c"),
        ] as [(String, String?)]) func `what does something goes`(_ html: String, _ expected: String?)
    {
        let result = sanitise(html: html)
        if let expected { #expect(result.html == expected) }
        let plain = result.html.lowercased()
        for word in [
            "<script", "<img src=\"x\" onerror", "onerror=alert", "javascript:", "<form", "<iframe", "<svg", "<math",
            "expression(",
        ] {
            #expect(!plain.replacing("&lt;", with: "").contains(word) || plain.contains("title=\""))
        }
    }

    @Test(
        arguments: [
            (
                "<p>Hello <a href=\"https://x.example/>click</a></p>\n<p>Important text</p>",
                "Line 1: the quote of “href” is never closed, so all that is behind it is lost. Close it, and save again."
            ),
            (
                "<p>a</p>\n<p>b <a title=x href='https://x.example/>click</a> and <b class='c'>d</b></p>",
                "Line 2: the quote of “href” is not closed before the next tags, so text behind it is lost. Close it, and save again."
            ),
            (
                "<p>a</p>\r\n\r\n<!-- open <p>lost</p>",
                "Line 3: a comment begins with <!-- and never ends, so all that is behind it is lost. End it with -->, and save again."
            ),
            (
                "<p>a</p>\n<p class=b some text",
                "Line 2: “<p” has no > at its end, so what is behind it is lost. Add it, and save again."
            ),
            (
                "a<!doctype html and text",
                "Line 1: “<!” has no > at its end, so what is behind it is lost. Add it, and save again."
            ),
            (
                "<style>\na{color:red}\n<p>text</p>",
                "Line 1: <style> is never closed, so all that is behind it is lost as text. Add </style>, and save again."
            ),
            (
                "<p>a</p><script>x()\n<p>text</p>",
                "Line 1: <script> is never closed, so all that is behind it is lost as text. Add </script>, and save again."
            ),
        ]) func `what never ends is told first, with its line`(_ html: String, _ sentence: String)
    {
        #expect(sanitise(html: html).removed.first == sentence)
        let many = String(repeating: html + "\n", count: 2)
        #expect(sanitise(html: many).removed.first?.hasPrefix("Line ") == true)
    }

    @Test(arguments: [
        "<p>unclosed <b>bold", "<p>a</p", "<p>a<b", "a < b", "1 <2", "<!-->x", "<p title=\"a > b\"class=\"c\">x</p>",
        "<p title=\"<b>\" class=\"c\">x</p>", "<!--[if mso]><p>x</p><![endif]-->", "x<",
    ]) func `what loses no text is not told`(_ html: String) {
        #expect(!sanitise(html: html).removed.contains { $0.hasPrefix("Line ") })
    }

    @Test func `what went is told in sentences`() {
        let removed = sanitise(html: "<script>1</script><script>2</script><p onclick=x>a<a href='vbscript:1'>b</a>")
            .removed
        #expect(
            removed == [
                "<script> was removed (2 times): it has no place in a mail.",
                "The attribute “onclick” was removed: mails may not contain program code.",
                "The address “vbscript:1” was removed: links may begin with http, https, mailto or tel.",
            ])
        #expect(sanitise(html: "<p>fine</p>").removed.isEmpty)
    }

    @Test func `a whole document keeps doctype, head and body`() {
        let html = """
            <!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
            <html lang="de"><head><meta charset="utf-8"><title>Hi {first_name}</title><style>p { color: red }</style>
            <script>1</script></head><body bgcolor="#fff"><p>{first_name}</p></body></html>
            """
        let result = sanitise(html: html).html
        #expect(result.hasPrefix("<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"http:"))
        for part in [
            "<html lang=\"de\">", "<title>Hi {first_name}</title>", "<style>p {\n", "<body bgcolor=\"#fff\">",
            "</body></html>",
        ] {
            #expect(result.contains(part))
        }
        #expect(!result.contains("script>"))
    }

    @Test func `sanitising twice changes nothing, whatever comes in`() {
        var generator = SeededGenerator(seed: 11)
        let pieces = [
            "<p>", "</p>", "<b>", "</b>", "<a href=x>", "</a>", "<table>", "<tr>", "<td>", "</table>",
            "<div style='a:b;c:\"'>", "</div>",
            "text", "&amp;", "&lt;", "<", ">", "\"", "'", "<!--", "-->", "<!--[if mso]>", "<![endif]-->", "<style>",
            "</style>", "a{b:c}", "{#city}",
            "{/city}", "{x|y}", "<svg>", "<math>", "<title>", "</title>", "<pre>", "\n", " ", "<li>", "<ul>", "</ul>",
            "<h1>", "<font color=red>",
            "</font>", "<html>", "<body x=y>", "<head>", "<!DOCTYPE html>", "<br>", "</br>", "<img src='{x}'>",
            "<select>", "<option>", "<template>",
            "<i>", "</i>", "\u{0}", "é", "<caption>", "<col>", "<nobr>", "<span title='a>b'>", "</span>", "<script>",
            "</script>", "url(", ")", "/*", "*/", ";", "}", "{",
            "<plaintext>", "<center>", "</center>", "<dd>", "<dl>", "</body>", "</html>",
        ]
        for _ in 0..<150 {
            let html = (0..<Int.random(in: 1...25, using: &generator)).map { _ in
                pieces.randomElement(using: &generator)!
            }.joined()
            let once = sanitise(html: html).html
            let twice = sanitise(html: once).html
            #expect(once == twice, "from \(html.debugDescription)")
            #expect(!once.contains("<script") && !once.contains("<svg"))
            _ = plainText(fromHTML: html)
            _ = links(in: html)
        }
    }

    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            "<div>", "<b>", "<b><p>", "<table><tr><td>", "<p>", "<a href=x>", "<font color=red><div></font>", "</p>",
            "<span><div></span>", "<!--", "<li><ul>",
            "<div><table><td></div>", "x ", "<style>a{", "{#a}", "<body a=b>", "&lt;", "<dd><span>",
            "<i a=1><i a=2><u>", "<",
        ]) func `large and deeply nested HTML is neither slow nor too deep`(_ piece: String)
    {
        let html = String(repeating: piece, count: 60_000 / piece.utf8.count)
        _ = sanitise(html: html)
        _ = plainText(fromHTML: html)
    }

    @Test func `a tag with very many attributes is left out`() {
        let html = "<p " + (0..<50_000).map { "a\($0)=1" }.joined(separator: " ") + ">x</p>"
        #expect(sanitise(html: html).html.contains("x"))
        #expect(sanitise(html: html).removed.first?.contains("60 attributes") == true)
    }
}
