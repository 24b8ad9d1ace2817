import Campaigns
import TestValues
import Testing

private let anna = RecipientFields(
    email: "anna@example.org", firstName: "Anna", lastName: "O'Neil", company: "Fish & Sons <Ltd>", city: "Köln")

private func rendered(
    _ source: String, as context: MergeTemplate.Context = .text, for fields: RecipientFields = anna
) -> String {
    MergeTemplate(source, as: context)
        .rendered(MergeValues(fields, unsubscribeURL: "https://m.test/u?a=1&b=2", viewURL: "https://m.test/v/1"))
}

@Suite struct `Merge tags (DESIGN §5)` {
    @Test(arguments: [
        ("Dear {first_name} {last_name}", "Dear Anna O'Neil"),
        ("{email}", "anna@example.org"),
        ("{country|your country}", "your country"),
        ("{first_name|friend}", "Anna"),
        ("{country|}", ""),
        ("{country}", ""),
        ("{unsubscribe_url} {view_url}", "https://m.test/u?a=1&b=2 https://m.test/v/1"),
        ("{#company}at {company}{/company}{^company}at home{/company}", "at Fish & Sons <Ltd>"),
        ("{#country}in {country}{/country}{^country}nowhere{/country}!", "nowhere!"),
        ("{#city}a{#country}b{/country}c{^country}d{/country}e{/city}f", "acdef"),
        ("{#country}a{#city}b{/city}c{/country}d", "d"),
        ("{#city}{#city}twice{/city}{/city}", "twice"),
        ("", ""), ("no tags", "no tags"), ("{city}", "Köln"),
    ]) func `a tag is replaced by the recipient's value`(_ source: String, _ text: String) {
        #expect(rendered(source) == text)
        #expect(MergeTemplate(source, as: .text).problems.isEmpty)
    }

    @Test(arguments: [
        "p { color: red }", "{color:red}", "@media (max-width: 600px) {.a{width:100%}}", #"{"first_name": 1}"#, "{",
        "}",
        "{}", "{{}}", "{ }", "{1}", "a { b", "{first_name", "{|x}", "{#}", "{/}", "{^}", "{ color }", "${100}", "{a-b}",
        "{first_name:x}", "{#first_name", "{first_name|no\nend}", "body{margin:0}\n}{",
    ]) func `a brace that is no tag stays as it is, without a complaint`(_ source: String) {
        #expect(rendered(source) == source)
        #expect(MergeTemplate(source, as: .text).problems.isEmpty)
    }

    @Test func `values are escaped in HTML, also in attributes`() {
        #expect(
            rendered(#"<a href="{unsubscribe_url}" title='{last_name}'>{company}</a>"#, as: .html)
                == #"<a href="https://m.test/u?a=1&amp;b=2" title='O&#39;Neil'>Fish &amp; Sons &lt;Ltd&gt;</a>"#)
        let hostile = RecipientFields(email: "a@b.test", firstName: #""><script>alert(1)</script>"#)
        #expect(!rendered("<p title=\"{first_name}\">", as: .html, for: hostile).contains("<script"))
    }

    @Test func `a fallback in HTML is the template's own and stays HTML`() {
        #expect(rendered("<p>{country|<b>you</b>}</p>", as: .html) == "<p><b>you</b></p>")
    }

    @Test func `nothing in a value can add a header`() {
        let hostile = RecipientFields(email: "a@b.test", firstName: "x\r\nBcc: victim@b.test\u{0}\u{7F}")
        #expect(rendered("Hello {first_name}", as: .header, for: hostile) == "Hello xBcc: victim@b.test")
    }

    @Test func `a value is not looked at for tags`() {
        let sly = RecipientFields(email: "a@b.test", firstName: "{last_name}", lastName: "secret")
        #expect(rendered("{first_name}", for: sly) == "{last_name}")
    }

    @Test func `the account's own fields come after the nine`() {
        let fields = MergeFields(own: ["vip_level", "email"])
        let template = MergeTemplate("{vip_level}: {email}", as: .text, fields: fields)
        #expect(template.rendered(MergeValues(anna, own: ["gold", "not this"])) == "gold: anna@example.org")
        #expect(fields.names.contains("vip_level"))
    }

    @Test func `rendering appends and knows which names are used`() {
        let template = MergeTemplate("{first_name}{#city}{first_name}{/city}", as: .text)
        var output: [UInt8] = Array("> ".utf8)
        template.render(MergeValues(anna), into: &output)
        #expect(String(decoding: output, as: UTF8.self) == "> AnnaAnna")
        #expect(template.usedNames == ["first_name", "city"])
        #expect(MergeTemplate("{x}", as: .text).isConstant)
    }

    @Test func `missing packed fields are empty`() {
        let template = MergeTemplate("[{email}|{first_name}|{free_field3}|{view_url}]", as: .text)
        #expect(template.rendered(MergeValues(packed: "a@b.test\u{1F}A")) == "[a@b.test|A||]")
        #expect(template.rendered(MergeValues(packed: "")) == "[|||]")
    }
}

@Suite struct `Problems of a template` {
    private func sentences(_ source: String) -> [String] {
        MergeTemplate(source, as: .html).problems.map(\.userMessage)
    }

    @Test(arguments: [
        ("{frist_name}", "Line 1, column 1: there is no field named “frist_name”. Did you mean {first_name}?"),
        (
            "a\nbü {First-Name} {FirstName}",
            "Line 2, column 17: there is no field named “FirstName”. Did you mean {first_name}?"
        ),
        (
            "{xyzzy_plugh|x}",
            "Line 1, column 1: there is no field named “xyzzy_plugh”. Choose one from the list of fields, or remove the braces."
        ),
        ("\n\n{#company}x", "Line 3, column 1: the section “company” is never closed. Add {/company} where it ends."),
        (
            "x{/company}",
            "Line 1, column 2: {/company} closes a section that was not opened. Add {#company} before it, or remove it."
        ),
        ("{ first_name }", "Line 1, column 1: a tag has no spaces inside its braces. Write {first_name}."),
        (
            "{#city}{#company}{/city}",
            "Line 1, column 18: {/city} comes while the section “company” is still open. Put {/company} before it."
        ),
        (
            "{#vip}x{/vip}",
            "Line 1, column 1: there is no field named “vip”. Choose one from the list of fields, or remove the braces."
        ),
        (
            "{prénom}",
            "Line 1, column 1: there is no field named “prénom”. Choose one from the list of fields, or remove the braces."
        ),
    ]) func `each has a place and a sentence that says what to do`(_ source: String, _ sentence: String) {
        #expect(sentences(source) == [sentence])
    }

    @Test func `what is wrong stays as text, the rest is rendered`() {
        #expect(rendered("{#vip}{first_name}{/vip}{/city}{nope}") == "{#vip}Anna{/vip}{/city}{nope}")
        #expect(rendered("{#city}{first_name}") == "Anna")
        #expect(rendered("{#country}{first_name}") == "")
        #expect(rendered("{#city}{#country}x{/city}y") == "y")
    }

    @Test func `problems come in the order of the text`() {
        let problems = MergeTemplate("{#city}\n{nope}\n{/country}", as: .text).problems
        #expect(problems.map(\.line) == [1, 2, 3])
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: ["{#city}", "{/city}", "{#city}{nope}", "{nope|", "{", "{#city}{^email}{/city}"])
    func `very many tags are neither slow nor too deep`(_ piece: String) {
        let template = MergeTemplate(String(repeating: piece, count: 20_000) + "{/city}", as: .html)
        #expect(template.problems.count <= 50)
        _ = template.rendered(MergeValues(anna))
    }

    @Test func `no mixture of tags and braces crashes or loses the fixed text`() {
        var generator = SeededGenerator(seed: 1)
        let pieces = [
            "{", "}", "#", "^", "/", "city", "{city}", "{#city}", "{/city}", "{^company}", "{/company}", "|", "é", "\n",
            " ", "{#x}", "{/x}",
        ]
        for _ in 0..<3_000 {
            let source = (0..<Int.random(in: 0...12, using: &generator))
                .map { _ in pieces.randomElement(using: &generator)! }.joined()
            _ = rendered(source + "END", as: .html)
        }
    }
}
