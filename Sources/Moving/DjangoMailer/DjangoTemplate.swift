internal import Campaigns
internal import Markup

/// A template's text of djangoMailer's, which Python's `str.format` filled in, as one of ours.
struct DjangoTemplate {
    var html: String
    var subject: String
    /// What was changed, or is not right yet; each a sentence.
    var sentences: [String] = []

    private static let names: Set<String> = [
        "first_name", "last_name", "company", "free_field1", "free_field2", "free_field3",
    ]
    private static let blocks = [
        "<p", "<br", "<div", "<table", "<h1", "<h2", "<h3", "<ul", "<ol", "<html", "<body", "<pre", "<blockquote",
    ]

    init(subject: String, body: String) {
        self.subject = RecipientFields.normalised(subject, limit: 500)
        var text = body
        switch Self.unescapingBraces(body) {
        case nil:
            sentences.append(
                "Its braces were broken: djangoMailer could make no mail of it. Here, braces that are no merge tag are text."
            )
        case let plain? where plain != body:
            text = plain
            sentences.append("Doubled braces have become single ones, which is what djangoMailer printed.")
        default: break
        }
        let lower = text.lowercased()
        if text.contains("\n"), !Self.blocks.contains(where: lower.contains) {
            text = text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "<br>\n")
            sentences.append("It had no paragraphs, so its line breaks have become those of HTML.")
        }
        let clean = sanitise(html: text)
        html = clean.html
        sentences += clean.removed.prefix(5)
        let problems =
            MergeTemplate(self.subject, as: .header).problems + MergeTemplate(html, as: .html).problems
        sentences += problems.prefix(5).map(\.userMessage)
    }

    /// What `str.format` makes of doubled braces; nil where it would fail: a single brace, or a field that it is not
    /// given.
    static func unescapingBraces(_ text: String) -> String? {
        var plain = ""
        var rest = Substring(text)
        while let character = rest.popFirst() {
            switch character {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                rest.removeFirst()
                plain.append(character)
            case "{":
                guard let end = rest.firstIndex(of: "}") else { return nil }
                let name = rest[..<end]
                guard names.contains(String(name)) else { return nil }
                plain += "{\(name)}"
                rest = rest[rest.index(after: end)...]
            case "}": return nil
            default: plain.append(character)
            }
        }
        return plain
    }
}
