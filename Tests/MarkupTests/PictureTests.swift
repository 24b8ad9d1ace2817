import Markup
import Testing

@Suite struct `Pictures of a mail` {
    @Test func `are found with their alternative texts, empty ones told from missing ones`() {
        let found = pictures(
            in: #"<p><img src="a.png"><a href=x><img src="{free_field1}" alt=""></a></p><img alt="A &amp; B">"#)
        #expect(found.map(\.source) == ["a.png", "{free_field1}", ""])
        #expect(found.map(\.alternative) == [nil, "", "A & B"])
        #expect(pictures(in: "<p>none</p>").isEmpty)
    }
}
