import TestValues
import Testing

@testable import Markup

@Suite struct `Style sheets are copied into the elements` {
    private func inlined(_ css: String, _ body: String) -> String {
        let html = "<style>\(css)</style>\(body)"
        let result = inlineStyles(html: sanitise(html: html).html)
        return String(result[result.firstRange(of: "</style>")!.upperBound...])
    }

    @Test(arguments: [
        // Elements, classes, ids, and their combinations.
        ("p{color:red}", "<p>x</p>", #"<p style="color:red">x</p>"#),
        (".a{color:red}", #"<p class="b a">x</p>"#, #"<p style="color:red" class="b a">x</p>"#),
        ("#a{color:red}", #"<p id="a">x</p>"#, #"<p style="color:red" id="a">x</p>"#),
        ("td.a#b{color:red}", #"<p class="a" id="b">x</p>"#, #"<p class="a" id="b">x</p>"#),
        ("*{color:red}", "<p>x</p>", #"<p style="color:red">x</p>"#),
        ("h1, h2{color:red}", "<h2>x</h2><h3>y</h3>", #"<h2 style="color:red">x</h2><h3>y</h3>"#),
        // One within the other.
        (
            "div p{color:red}", "<div><b><p>x</p></b></div><p>y</p>",
            #"<div><b><p style="color:red">x</p></b></div><p>y</p>"#
        ),
        (
            "div > p{color:red}", "<div><p>x</p><h1><b>y</b></h1></div>",
            #"<div><p style="color:red">x</p><h1><b>y</b></h1></div>"#
        ),
        (
            ".a > .b i{color:red}",
            #"<div class="a"><div class="x"><div class="b"><i>n</i></div></div><div class="b"><u><i>y</i></u></div></div>"#,
            #"<div class="a"><div class="x"><div class="b"><i>n</i></div></div><div class="b"><u><i style="color:red">y</i></u></div></div>"#
        ),
        // Specificity, then order, then the attribute, then what is important.
        (".a{color:red} p{color:blue}", #"<p class="a">x</p>"#, #"<p style="color:red" class="a">x</p>"#),
        ("p{color:red} p{color:blue}", "<p>x</p>", #"<p style="color:blue">x</p>"#),
        ("p{color:red;margin:0}", #"<p style="color:blue">x</p>"#, #"<p style="margin:0; color:blue">x</p>"#),
        ("p{color:red !important}", #"<p style="color:blue">x</p>"#, #"<p style="color:red">x</p>"#),
        ("p{color:red !important} .a{color:green}", #"<p class="a">x</p>"#, #"<p style="color:red" class="a">x</p>"#),
        (
            "p{color:red !important}", #"<p style="color:blue !important">x</p>"#,
            #"<p style="color:blue !important">x</p>"#
        ),
        (
            "p{font-size:20px !important} .a{font:12px Arial}", #"<p class="a">x</p>"#,
            #"<p style="font:12px Arial; font-size:20px" class="a">x</p>"#
        ),
        // A fallback and what newer programs know.
        ("p{width:10px;width:calc(1px + 2px)}", "<p>x</p>", #"<p style="width:10px; width:calc(1px + 2px)">x</p>"#),
    ])
    func `by the rules of the cascade`(_ css: String, _ body: String, _ wanted: String) {
        #expect(inlined(css, body) == wanted)
    }

    @Test(arguments: [
        // What a rule that stays may overrule is not put above it.
        ("p{color:red} @media (max-width:600px){p{color:blue}}", "<p>x</p>", "<p>x</p>"),
        ("p{padding:9px;color:red} @media print{p{padding-left:0}}", "<p>x</p>", #"<p style="color:red">x</p>"#),
        ("p{color:red} @media (max-width:600px){p{color:blue !important}}", "<p>x</p>", #"<p style="color:red">x</p>"#),
        ("p{color:red} @media (max-width:600px){.b{color:blue}}", "<p>x</p>", #"<p style="color:red">x</p>"#),
        ("a{color:red;margin:0} a:hover{color:blue}", "<a>x</a>", #"<a style="margin:0">x</a>"#),
        ("a, a:visited{color:red}", "<a>x</a>", #"<a style="color:red">x</a>"#),
        ("p + p{color:red}", "<p>x</p><p>y</p>", "<p>x</p><p>y</p>"),
        (#"[lang]{color:red}"#, #"<p lang="de">y</p>"#, #"<p lang="de">y</p>"#),
        ("@keyframes k{from{color:red}50%{color:blue}} p{color:red}", "<p>x</p>", #"<p style="color:red">x</p>"#),
        (
            "@font-face{font-family:x;src:url(https://a.example/x)} p{font-family:x}", "<p>x</p>",
            #"<p style="font-family:x">x</p>"#
        ),
    ])
    func `and what a program that reads style sheets shows stays`(_ css: String, _ body: String, _ wanted: String) {
        #expect(inlined(css, body) == wanted)
    }

    @Test(arguments: [
        (
            "p{color:{free_field1|red}}", "<p>{first_name|x}</p>",
            #"<p style="color:{free_field1|red}">{first_name|x}</p>"#
        ),
        (
            "p{color:red;margin:0}", #"<p style="color:{free_field1|blue}">x</p>"#,
            #"<p style="margin:0; color:{free_field1|blue}">x</p>"#
        ),
        (
            "p{color:red}", #"{#company}<p>{company}</p>{/company}"#,
            #"{#company}<p style="color:red">{company}</p>{/company}"#
        ),
        ("p{color:red}", "<p>{color:red} { x }</p>", #"<p style="color:red">{color:red} { x }</p>"#),
        ("p{font-family:'A \"B\"'}", "<p>x</p>", "<p style=\"font-family:'A &quot;B&quot;'\">x</p>"),
    ])
    func `merge tags and unknown braces stay as they are`(_ css: String, _ body: String, _ wanted: String) {
        #expect(inlined(css, body) == wanted)
    }

    @Test func `a whole document keeps its head, and its style sheet stays in it`() {
        let html = sanitise(
            html: """
                <!doctype html><html><head><title>T</title><style>body{margin:0} td{color:red}</style></head>\
                <body bgcolor="#fff"><table><tr><td>x</td></tr></table></body></html>
                """
        ).html
        let result = inlineStyles(html: html)
        #expect(result.contains(#"<td style="color:red">"#))
        #expect(result.contains(##"<body style="margin:0" bgcolor="#fff">"##))
        #expect(result.contains("td{color:red}") || result.contains("td {"))
        #expect(result.hasPrefix("<!DOCTYPE html>"))
    }

    @Test func `without a style sheet nothing changes, and doing it twice changes nothing more`() {
        let plain = "<p style=\"color:red\">x</p>"
        #expect(inlineStyles(html: plain) == plain)
        let html = sanitise(html: "<style>p{color:red;margin:0} .a{color:blue}</style><p class=a>x</p>").html
        let once = inlineStyles(html: html)
        #expect(inlineStyles(html: once) == once)
        #expect(sanitise(html: once).html == once)
    }

    /// Sheets that are made to take long: a piece again and again, and what follows them.
    private static let tedious: [(piece: String, end: String)] = [
        ("/*", ""), ("{", ""), ("@media x{", ""), ("a,", "{color:red}"), ("a>", "a{color:red}"), (".a{color:red}", ""),
        ("p{width:(", ""), ("(", ""), ("\\", ""),
    ]

    @Test func `hostile style sheets take time in proportion to their length`() {
        let body = String(repeating: "<a class=a><b><i>x</i></b></a>", count: 100)
        for (piece, end) in Self.tedious {
            func time(_ size: Int) -> Duration {
                let css = String(repeating: piece, count: size / piece.utf8.count) + end
                let clean = sanitise(html: "<style>\(css)</style>\(body)").html
                return (0..<3).map { _ in processorTime { _ = inlineStyles(html: clean) } }.min()!
            }
            let (small, large) = (time(16_384), time(131_072))
            // Eight times as long; squared would be 64.
            #expect(large < small * 24 + .milliseconds(2), "\(piece): \(small), \(large)")
        }
    }

    @Test func `hostile style sheets bring nothing in`() {
        let css = "@import url(javascript:alert(1)); p{color:expression(alert(1));background:url(javascript:x)}"
        let result = inlineStyles(html: sanitise(html: "<style>\(css)</style><p>x</p>").html)
        for word in ["javascript:", "expression(", "@import"] { #expect(!result.contains(word)) }
    }
}
