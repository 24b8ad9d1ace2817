import Campaigns
import Markup
import Persistence

/// A posted template: what is wrong with it, and the text that may be stored.
struct TemplateReading {
    /// Bytes of HTML. Mail programs cut off what is far smaller (Gmail shows 102 KB).
    static let htmlLimit = 1_000_000
    static let textLimit = 500_000
    /// Bytes of the whole form: large enough for a text that is far too long to come back with a sentence.
    static let formLimit = 32 << 20
    /// Problems that are told at one field.
    static let mostSentences = 6

    var form: Form
    let text: TemplateText
    /// What the sanitiser left out, in sentences.
    let removed: [String]

    init(_ data: FormData) {
        var form = Form(data)
        let name = form.text("name", required: true, max: 200)
        let subject = form.text("subject", required: true, max: 500)
        if subject.contains("\n") { form.refuse("subject", "A subject is one line.") }
        let previewText = form.text("preview_text", max: PreviewText.limit)
        if previewText.contains("\n") { form.refuse("preview_text", "A preview text is one line.") }
        Self.checkTags(previewText, as: .html, field: "preview_text", &form)
        // Where nobody can press it, it would stand for the link that every mail has to have.
        if MergeTemplate(previewText, as: .html).alwaysUnsubscribes {
            form.refuse("preview_text", "A preview text has no links: put the link to unsubscribe into the message.")
        }
        let html = data["body"]
        let plainText = data["plain_text"].trimmed.isEmpty ? "" : data["plain_text"]
        Self.checkSize(html, field: "body", limit: Self.htmlLimit, &form)
        Self.checkSize(plainText, field: "plain_text", limit: Self.textLimit, &form)
        Self.checkTags(subject, as: .header, field: "subject", &form)
        guard form.problem("body") == nil, form.problem("plain_text") == nil else {
            text = TemplateText(name: name, subject: subject, previewText: previewText, html: "", plainText: "")
            removed = []
            self.form = form
            return
        }
        Self.checkTags(html, as: .html, field: "body", &form)
        Self.checkTags(plainText, as: .text, field: "plain_text", &form)
        let clean = sanitise(html: html)
        if Markup.plainText(fromHTML: clean.html).trimmed.isEmpty, !clean.html.contains("<img") {
            form.refuse(
                "body",
                html.trimmed.isEmpty
                    ? "Please write what the mail says." : "Nothing that a mail can show is left of this text.")
        }
        text = TemplateText(
            name: name, subject: subject, previewText: previewText, html: clean.html, plainText: plainText,
            inlinesStyles: data.isInlining)
        removed = clean.removed
        self.form = form
    }

    private static func checkSize(_ text: String, field: String, limit: Int, _ form: inout Form) {
        let size = text.utf8.count
        guard size > limit else { return }
        form.refuse(
            field,
            """
            This text has \(size) bytes; a mail can have \(limit). Put pictures on a web server and link them, \
            instead of into the text.
            """)
    }

    private static func checkTags(_ text: String, as context: MergeTemplate.Context, field: String, _ form: inout Form)
    {
        let sentences = MergeTemplate(text, as: context).problems.map(\.userMessage)
        guard !sentences.isEmpty else { return }
        let told = sentences.prefix(mostSentences).joined(separator: " ")
        let rest = sentences.count - mostSentences
        form.refuse(
            field,
            rest > 0
                ? .counted(rest, one: "\(told) And \(rest) more.", other: "\(told) And \(rest) more.")
                : Phrase(sentence: told))
    }
}
