import TestValues
import Testing

@testable import Markup

/// Templates that are made to hold up the whole server. Each limit is many times what a debug build needs on a slow
/// machine. One after the other: they leave a processor to the tests beside them.
@Suite(.serialized, .timeLimit(.minutes(2))) struct `Tedious templates` {
    private static func repeated(_ piece: String, _ octets: Int) -> String {
        String(repeating: piece, count: octets / piece.utf8.count)
    }

    @Test func `many rules that say much of few elements are copied once for each property`() {
        let head = repeatElement("p", count: 400).joined(separator: ",")
        let body = (0..<200).map { "a\($0):b" }.joined(separator: ";")
        let html = sanitise(html: "<style>\(head){\(body)}</style><p>x</p><p>y</p>").html
        var result = ""
        #expect(processorTime { result = inlineStyles(html: html) } < .seconds(3))
        #expect(result.contains("a199:b\">y"))
        #expect(result.utf8.count < html.utf8.count * 3)
    }

    @Test func `a sheet of more declarations than a mail has use for is not copied`() {
        let head = repeatElement("p,a", count: 1000).joined(separator: ",")
        let body = (0..<30_000).map { "a\($0):b" }.joined(separator: ";")
        let html = "<style>\(head){\(body)}</style>" + Self.repeated("<p>", 10_000)
        var result = ""
        #expect(processorTime { result = inlineStyles(html: html) } < .seconds(10))
        #expect(result == html)
    }

    @Test func `the copies never make a mail many times as long`() {
        let html = "<style>p{a:\(String(repeating: "x", count: 10_000))}</style>" + Self.repeated("<p>x</p>", 100_000)
        var result = ""
        #expect(processorTime { result = inlineStyles(html: html) } < .milliseconds(2500))
        #expect(result == html)
    }

    @Test func `of one property a rule keeps the last values, as many as may be fallbacks`() {
        let values = (0..<100).map { "a:v\($0)" }.joined(separator: ";")
        let html = inlineStyles(html: "<style>p{b:c;\(values);b:c}</style><p>x</p>")
        #expect(html.hasSuffix(#"<p style="a:v96; a:v97; a:v98; a:v99; b:c">x</p>"#))
    }

    @Test func `an element of very many classes is asked no longer than one of few`() {
        let rules = (0..<1900).map { _ in ".c1.z{c:d}" }.joined()
        let classes = (0..<40_000).map { "c\($0)" }.joined(separator: " ")
        let html = "<style>\(rules)</style><p class=\"\(classes)\">x</p>"
        var result = ""
        #expect(processorTime { result = inlineStyles(html: html) } < .seconds(5))
        #expect(result == html)
    }

    @Test func `nested lists are indented no further than eight of them`() {
        let html = Self.repeated("<ul>", 400) + Self.repeated("<li>x", 100_000)
        var text = ""
        #expect(processorTime { text = plainText(fromHTML: html) } < .seconds(4))
        #expect(text.utf8.count < 3_000_000)
        let lines = text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.prefix { $0 == " " }.count <= 16 })
        #expect(!lines.contains { $0.hasSuffix(" ") })
    }

    @Test func `spaces at the ends of lines are left out, and no line`() {
        #expect(plainText(fromHTML: "<pre>a  \n  \n b \n\nc   </pre>") == "a\n\n b\n\nc\n")
        #expect(plainText(fromHTML: "<pre>   </pre>").isEmpty)
    }

    @Test func `a conditional comment is looked through once`() {
        let html = "<!--[if mso]>\(Self.repeated("on", 100_000))<![endif]-->"
        var result = ""
        #expect(processorTime { result = sanitise(html: html).html } < .seconds(2))
        #expect(result == html)
    }

    @Test(arguments: [
        ("a onclick=x", true), ("one two three", false), ("on=x", false), ("x ON Load = y", true), ("xon_a=b", false),
        ("w=1 on", false), ("icon=1", false), ("ononx=1", true), ("a-onx=", true),
    ])
    func `a conditional comment with a handler goes`(_ text: String, _ isActive: Bool) {
        #expect(sanitise(html: "<!--[if mso]>\(text)<![endif]-->").html.isEmpty == isActive)
    }

    /// Start and end tags that end others, or hide them from their own end tags.
    private static let tags = [
        "div", "p", "li", "dd", "dt", "ul", "h1", "h2", "main", "table", "tr", "td", "caption", "b", "a", "span",
        "abbr",
    ].flatMap { ["<\($0)>", "</\($0)>"] }

    @Test(arguments: [
        "<li><dd>", "<li><dt><dd>", "<main><div></main>", "<span><p></span><div></div>",
        "<p><table></table><span><div></div>", "<h1><h2></h2><div></h1>", "<table><table></table><div></table>",
        "<b><table><td></b>", "<b><b><b><b><b><b></b></b></b><div></b></b></b></div>",
        "<b><abbr><div></b></div><span></abbr>", "<li><div><li><span></div>", "<h1><li></h2><span><li></li>",
        "<table><td><div><td><span></div>",
    ])
    func `nothing that is repeated becomes a deep tree`(_ piece: String) {
        #expect(Self.depth(of: Self.repeated(piece, 40_000)) < 1000)
    }

    @Test func `nor does any pair or triple of tags`() {
        var generator = SeededGenerator(seed: 40)
        for round in 0..<200 {
            let piece = (0..<(round % 3 + 2)).map { _ in Self.tags.randomElement(using: &generator)! }.joined()
            let depth = Self.depth(of: Self.repeated(piece, 8_000))
            #expect(depth < 1000, "\(piece)")
        }
    }

    private static func depth(of html: String) -> Int {
        var gauge = DepthGauge()
        _ = HTMLTree.walk(html, with: &gauge)
        return gauge.deepest
    }
}

private struct DepthGauge: HTMLVisitor {
    private(set) var deepest = 0
    private var depth = 0

    mutating func enter(_ element: HTMLElement) -> Bool {
        depth += 1
        deepest = max(deepest, depth)
        return true
    }

    mutating func leave(_ element: HTMLElement) { depth -= 1 }
    mutating func text(_ text: String) {}
    mutating func section(_ tag: String) {}
    mutating func comment(_ text: String) {}
}
