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
