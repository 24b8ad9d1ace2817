import TestValues
import Testing

@testable import Markup

/// Whatever a template is made of: saving it, and making a mail of it, takes time and room in proportion to its length.
@Suite(.serialized, .timeLimit(.minutes(3))) struct `Hostile templates` {
    private static let octets = 30_000

    private static let corpus: [(name: String, start: String, piece: String, end: String)] = [
        ("nested lists", "", "<ul><li>", ""),
        ("items that end others", "", "<li><dd>", ""),
        ("paragraphs in paragraphs", "", "<p>", ""),
        ("nested tables", "", "<table><tr><td>", ""),
        ("tables in tables", "", "<table>", ""),
        ("nested headings", "", "<h1><b><h2>", ""),
        ("formatting that never ends", "", "<b><i><u><font color=a>", ""),
        (
            "long formatting that is opened again", "<font face=\"" + String(repeating: "x", count: 10_000) + "\">",
            "<p>x", ""
        ),
        ("formatting across blocks", "", "<b><p></b></p>", ""),
        ("links in links", "", "<a href=x>x", ""),
        ("lines", "", "<hr>", ""),
        ("an open comment", "", "<!--", ""),
        ("open quotes", "", "<p a='", ""),
        ("a conditional comment", "<!--[if mso]>", "on", "<![endif]-->"),
        ("sections", "", "{#city}", ""),
        ("fallbacks that never end", "", "{city|", ""),
        ("references", "", "&lt;&", ""),
        ("spaces", "<pre>", "   x ", ""),
        ("open braces of a style sheet", "<style>", "a{", ""),
        ("nested blocks of a style sheet", "<style>" + String(repeating: "a{", count: 30_000), "b:c}", "</style><a>x"),
        ("selectors", "<style>", "a,", "{b:c}</style><a>x"),
        ("rules", "<style>", "a{b:c}", "</style><a>x"),
        ("ancestors", "<style>a a a a a a a b{c:d}</style>", "<span><b>", ""),
        ("brackets", "<p style=\"a:", "(", "\">x"),
        ("escapes", "<style>a{b:", "\\65", "}</style>"),
        ("addresses", "", "http://", ""),
        ("attributes", "<p ", "a ", ">x"),
        ("classes", "<style>.a.b{c:d}</style><p class=\"a ", "a b", "\">x"),
    ]

    @Test(arguments: corpus.indices) func `are sanitised, inlined and written as text in time`(_ index: Int) {
        let (name, start, piece, end) = Self.corpus[index]
        let html = start + String(repeating: piece, count: Self.octets / piece.utf8.count) + end
        let time = processorTime {
            let clean = sanitise(html: html).html
            let mail = inlineStyles(html: clean)
            let text = plainText(fromHTML: mail)
            _ = links(in: mail)
            _ = linkPlaces(inHTML: mail)
            _ = linkPlaces(inText: text)
            // A megabyte must not become more than some ten.
            #expect(
                clean.utf8.count < html.utf8.count * 6 + 20 << 20 && text.utf8.count < html.utf8.count * 12, "\(name)")
            #expect(mail.utf8.count < clean.utf8.count * 3 + 2 << 20, "\(name)")
        }
        #expect(time < .seconds(9), "\(name)")
    }
}
