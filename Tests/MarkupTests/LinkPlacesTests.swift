import Markup
import Testing

@Suite struct `Finding links where they stand` {
    private func urls(_ html: String) -> [String] { linkPlaces(inHTML: html).map(\.url) }

    /// What stands at the places, to be replaced.
    private func marked(_ html: String) -> String {
        var bytes = Array(html.utf8)
        for place in linkPlaces(inHTML: html).reversed() { bytes.replaceSubrange(place.range, with: "_".utf8) }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `links and areas, however their attributes are written`() {
        let html = """
            <a href="https://a.example/?x=1&amp;y=2">A</a><A CLASS=x HREF='https://b.example/'>B</A>\
            <a href=https://c.example/>C</a><area shape="rect" href="https://d.example/"><a name="x">E</a>
            """
        #expect(
            urls(html) == [
                "https://a.example/?x=1&y=2", "https://b.example/", "https://c.example/", "https://d.example/",
            ])
        #expect(
            marked(html)
                == "<a href=\"_\">A</a><A CLASS=x HREF='_'>B</A><a href=_>C</a><area shape=\"rect\" href=\"_\"><a name=\"x\">E</a>"
        )
    }

    @Test func `not in comments, style sheets, titles and other elements`() {
        let html = """
            <title><a href="https://t.example/"></title><style>a { content: '<a href="https://s.example/">' }</style>\
            <!--[if mso]><a href="https://c.example/"><![endif]--><img src="https://i.example/"><b href="https://b.example/">
            """
        #expect(urls(html) == [])
    }

    @Test func `the first of two attributes counts, as in a browser`() {
        #expect(urls("<a href=\"https://a.example/\" href=\"https://b.example/\">") == ["https://a.example/"])
        #expect(urls("<a data-href=\"https://a.example/\" title='href=\"https://b.example/\"'>") == [])
    }

    @Test func `one with a reference that is not known is left alone`() {
        #expect(urls("<a href=\"https://a.example/?a&copy=1\">") == [])
        #expect(urls("<a href=\"https://a.example/?a&eacute;\">") == [])
        #expect(urls("<a href=\"https://a.example/?a&#38;b=&#x63;& d\">") == ["https://a.example/?a&b=c& d"])
    }

    @Test(arguments: [
        "<a href=\"https://a.example/", "<a href=", "<a ", "<a href='x", "<", "<a href>", "<a =\"x\" href=\"y\">",
    ])
    func `broken ends break nothing`(_ html: String) { _ = linkPlaces(inHTML: html) }

    @Test func `addresses in a text, without the sentence around them`() {
        let text =
            "See https://a.example/x?y=1, (https://b.example/(z)) or <http://c.example>. xhttps://d.example/ http:// {company|https://e.example/} https://f.example/{company}!"
        #expect(
            linkPlaces(inText: text).map(\.url)
                == [
                    "https://a.example/x?y=1", "https://b.example/(z)", "http://c.example",
                    "https://f.example/{company}",
                ])
    }

    @Test func `the picture stands before the end of the body`() {
        let html = "<html><body><p>x</p></body></html>"
        #expect(placeForPicture(inHTML: html) == "<html><body><p>x</p>".utf8.count)
        #expect(placeForPicture(inHTML: "<p>x</p>") == 8)
        #expect(placeForPicture(inHTML: "<title></body></title><p>x") == 26)
    }
}
