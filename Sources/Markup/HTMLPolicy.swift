/// What a mail may contain. Everything that is not named here goes.
enum HTMLPolicy {
    static let elements: Set<String> = words(
        """
        html head title meta style body a abbr address area article aside b bdi bdo big blockquote br caption center cite
        code col colgroup dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img
        ins kbd li main map mark nav ol p pre q s samp section small span strike strong sub summary sup table tbody td
        tfoot th thead time tr tt u ul var wbr
        """)

    /// Elements whose text is not markup (HTML §13.1.2); of these only `style` and `title` stay.
    static let rawText: Set<String> = words("script style title textarea iframe noembed noframes xmp plaintext")

    static let void: Set<String> = words("area base br col embed hr img input link meta param source track wbr")

    /// Parts of tables: they cannot nest without a table.
    static let tableParts: Set<String> = words("tr td th tbody thead tfoot colgroup caption col")

    /// Elements that HTML opens again by itself after a block has ended (HTML §13.2.4.3).
    static let formatting: Set<String> = words("a b big code em font i nobr s small strike strong tt u")

    /// Allowed elements that end only with their own end tag and are closed by an outer one's. Not `main`, of which gumbo
    /// knows nothing.
    static let blocks: Set<String> = words(
        """
        address article aside blockquote center details div dl figcaption figure footer h1 h2 h3 h4 h5 h6 header
        nav ol pre section summary table ul
        """)

    static let headings: Set<String> = words("h1 h2 h3 h4 h5 h6")

    static let attributes: Set<String> = words(
        """
        abbr align alink alt bgcolor border cellpadding cellspacing charset class clear color colspan content coords
        datetime dir face frame headers height hspace http-equiv id ismap lang leftmargin link marginheight marginwidth media
        name noshade nowrap open rel reversed role rowspan rules scope shape size span start style summary target text
        title topmargin type usemap valign value vlink vspace width xmlns xmlns:o xmlns:v
        """)

    static let linkAttributes: Set<String> = words("href cite")
    static let imageAttributes: Set<String> = words("src background")

    static let metaNames: Set<String> = words(
        """
        viewport color-scheme supported-color-schemes format-detection x-apple-disable-message-reformatting generator
        author description
        """)

    /// `Set-Cookie`, `refresh` and the rest do something.
    static let metaEquivalents: Set<String> = words("content-type x-ua-compatible content-language")

    static let linkSchemes: Set<String> = words("http https mailto tel cid")
    static let imageSchemes: Set<String> = words("http https cid")

    /// Elements that Martlet nests at most; deeper start tags are left out.
    static let deepest = 200
    static let mostOpenFormatting = 64
    static let mostAttributes = 60
    /// How many octets of formatting elements' tags, attributes included, the parser may have to write again, in all.
    static let mostReopened = 10_000_000

    private static func words(_ text: String) -> Set<String> {
        Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
    }
}
