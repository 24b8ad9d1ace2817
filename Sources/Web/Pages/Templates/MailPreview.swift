import Campaigns
import Markup
import Persistence

/// A template filled in for one recipient, as a page shows it.
struct MailPreview: Sendable {
    let subject: String
    /// What a mail program shows behind the subject; empty for none.
    let previewText: String
    let html: String
    let text: String
    /// Whether its merge tags take more room than a mail may have; nothing of it is shown then.
    let isTooLong: Bool

    /// - Parameters:
    ///   - inlinesStyles: whether the rules of its style sheets are copied into the elements, as in what is sent.
    ///   - footer: what is put below a mail that has no link to unsubscribe.
    ///   - unsubscribeURL: where the links of a real mail would lead; a preview's lead nowhere.
    init(
        subject: String, previewText: String = "", html: String, plainText: String, inlinesStyles: Bool,
        for recipient: RecipientFields,
        footer: MailFooter,
        unsubscribeURL: String = "#", viewURL: String = "#"
    ) {
        let values = MergeValues(recipient.normalised(), unsubscribeURL: unsubscribeURL, viewURL: viewURL)
        let stored = sanitise(html: html).html
        let (clean, written) = footer.added(
            html: PreviewText(previewText).added(to: inlinesStyles ? inlineStyles(html: stored) : stored),
            plainText: plainText.trimmed.isEmpty ? "" : plainText)
        let source = written.isEmpty ? Markup.plainText(fromHTML: clean) : written
        let filled = [(subject, .header), (clean, .html), (source, .text), (previewText, .header)].map {
            Self.filled($0, $1, values)
        }
        isTooLong = filled.contains(nil)
        self.subject = filled[0] ?? ""
        self.html = isTooLong ? "" : filled[1] ?? ""
        text = isTooLong ? "" : filled[2] ?? ""
        self.previewText = isTooLong ? "" : filled[3] ?? ""
    }

    private static func filled(_ source: String, _ context: MergeTemplate.Context, _ values: MergeValues) -> String? {
        try? MergeTemplate(source, as: context).boundedText(values)
    }

    /// For an account without recipients.
    static let inventedRecipient = RecipientFields(
        email: "ada@example.org", firstName: "Ada", lastName: "Lovelace", company: "Analytical Engines",
        country: "England", city: "London", freeField1: "first field", freeField2: "second field",
        freeField3: "third field")

    /// A document for a sandboxed frame, with the account's pictures in it. What is a whole document stays one.
    func document(in scope: AccountScope, limit: Int) throws -> HTML {
        let html = try EmbeddedPictures.shown(html, in: scope, limit: limit)
        let isDocument = html.prefix(2000).lowercased().contains("<html")
        if isDocument { return HTML(unescaped: html) }
        return """
            <!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">\
            <title>\(subject)</title></head><body>\(unescaped: html)</body></html>
            """
    }
}
