import Campaigns
import Foundation
import Testing

@testable import Web

@Suite struct `Pieces of a page` {
    private func text(_ html: HTML, _ rendering: Rendering = Rendering()) -> String {
        String(decoding: html.rendered(rendering), as: UTF8.self)
    }

    @Test func `what is interpolated is text, in an element and in an attribute`() {
        let name = #"<script>"O'Neil" & co"#
        #expect(text("<b title=\"\(name)\">\(name)</b>") == "<b title=\"\(escaped)\">\(escaped)</b>")
    }

    private let escaped = "&lt;script&gt;&quot;O&#39;Neil&quot; &amp; co"

    @Test func `nested pieces, lists and what is not there are put in as they are`() {
        let rows: [HTML] = ["<li>1</li>", "<li>2</li>"]
        let nothing: HTML? = nil
        #expect(
            text("<ul>\(rows)\(nothing)\(if: false, "<li>3</li>")\(if: true, "<li>4</li>")</ul>")
                == "<ul><li>1</li><li>2</li><li>4</li></ul>")
    }

    @Test(arguments: [true, false]) func `a literal in a condition is markup when it stands for a piece`(
        _ canPause: Bool
    ) {
        let button: HTML = "\(canPause ? "<button>Pause</button>" : nil)"
        #expect(text(button) == (canPause ? "<button>Pause</button>" : ""))
    }

    @Test func `phrases keep their place through any nesting`() {
        let inner: HTML = "<i>\(t: "Name")</i>"
        let html: HTML = "<p>\(t: "First")\(inner)\(inner)</p>\(t: "Last")"
        #expect(text(html) == "<p>First<i>Name</i><i>Name</i></p>Last")
    }

    @Test func `the summary of a form names each faulty field in the order of the page, and what has no field last`() {
        var form = Form()
        for name in ["zip", "city", "audience"] { form.refuse(name, "Please fill in this field.") }
        let page = text("\(form.summary)\(form.input("zip", "Postcode"))\(form.input("city", "City"))")
        let fault = "Please fill in this field.</li>"
        #expect(
            page.contains(
                """
                <li><a class="link" href="#zip">Postcode</a>: \(fault)<li><a class="link" href="#city">City</a>: \(fault)\
                <li>\(fault)</ul>
                """))
        #expect(page.contains("3 fields need attention") && page.contains("tabindex=\"-1\" autofocus"))
    }

    @Test func `control characters cannot reach a page`() {
        #expect(text("\("a\u{0}b\u{1B}c\td\n")") == "a\u{FFFD}b\u{FFFD}c\td\n")
    }

    @Test func `a moment is shown with its machine form`() {
        let html = text("\(time: Instant(rawValue: 1_795_371_900_000_000))")
        #expect(html == #"<time datetime="2026-11-22T18:25:00Z" data-local>2026-11-22 18:25 UTC</time>"#)
    }
}

@Suite struct `Phrases` {
    private let german = try! Catalogue(
        language: "de",
        json: Data(
            """
            {"Add recipient": "Empfänger hinzufügen", "{0} of {1} sent": "{0} von {1} gesendet",
             "{0} recipients": {"one": "{0} Empfänger", "other": "{0} Empfänger insgesamt"}, "Hello {0}": "Hallo {0}"}
            """.utf8))

    @Test func `English is the key, numbers are grouped`() {
        #expect(Catalogue.english.text("\(1_234_567) of \(12) sent") == "1,234,567 of 12 sent")
    }

    @Test func `another language has its own words, order and grouping`() {
        #expect(german.text("Add recipient") == "Empfänger hinzufügen")
        #expect(german.text("\(1000) of \(2000) sent") == "1.000 von 2.000 gesendet")
        #expect(german.text("Not translated") == "Not translated")
    }

    @Test(arguments: [(0, "0 recipients"), (1, "1 recipient"), (2, "2 recipients")])
    func `one and many differ`(_ count: Int, _ expected: String) {
        let phrase = Phrase.counted(count, one: "\(count) recipient", other: "\(count) recipients")
        #expect(Catalogue.english.text(phrase) == expected)
    }

    @Test func `an argument that looks like a placeholder stays as it is`() {
        #expect(Catalogue.english.text("Hello \("{0} {1}")") == "Hello {0} {1}")
        #expect(german.text("Hello \("{0}")") == "Hallo {0}")
    }

    @Test func `the language is chosen by what the browser prefers and the server has`() throws {
        let folder = NSTemporaryDirectory() + "martlet-languages-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data("{}".utf8).write(to: URL(fileURLWithPath: folder + "/de.json"))
        let languages = try Languages(folder: folder)
        #expect(languages.best(for: "fr, de-AT;q=0.8, en;q=0.5").language == "de")
        #expect(languages.best(for: "en-GB, de;q=0.8").language == "en")
        #expect(languages.best(for: nil).language == "en")
    }
}

@Suite struct `Forms` {
    @Test func `an encoded form is read as browsers write it`() {
        let data = FormData(
            urlEncoded: "name=J%C3%BCrgen+M&name=2&empty=&bad=%zz%4&nul=a%00b&line=1%0D%0A2&=x&flag".utf8)
        #expect(data["name"] == "Jürgen M")
        #expect(data.all("name") == ["Jürgen M", "2"])
        #expect(data.has("empty") && data["empty"] == "")
        #expect(data["bad"] == "%zz%4")
        #expect(data["nul"] == "ab")
        #expect(data["line"] == "1\n2")
        #expect(data.has("flag"))
    }

    @Test func `a query keeps what it was made from`() {
        var data = FormData()
        data.append("a&b=c d+é", for: "q")
        data.append("", for: "empty")
        #expect(data.query == "q=a%26b%3Dc%20d%2B%C3%A9")
        #expect(FormData(urlEncoded: data.query.utf8)["q"] == "a&b=c d+é")
    }

    @Test(arguments: [
        ("2026-07-01T09:30", "Europe/Berlin", "2026-07-01T07:30:00Z"),
        ("2026-12-01T09:30", "Europe/Berlin", "2026-12-01T08:30:00Z"),
        ("2026-12-01 09:30", "", "2026-12-01T09:30:00Z"), ("2026-12-01T09:30:15", "nonsense", "2026-12-01T09:30:00Z"),
    ])
    func `a local time counts in the reader's zone`(_ typed: String, _ zone: String, _ expected: String) {
        var form = Form(values: ["scheduled_time": typed, "time_zone": zone])
        #expect(form.moment("scheduled_time").map { Timestamp($0).machine } == expected)
        #expect(form.isValid)
    }

    @Test(arguments: ["tomorrow", "2026-13-01T09:30", "2026-12-01", "2026-12-01T25:00"])
    func `what is no time is refused at its field`(_ typed: String) {
        var form = Form(values: ["scheduled_time": typed])
        #expect(form.moment("scheduled_time") == nil)
        #expect(form.problem("scheduled_time") != nil)
    }
}
