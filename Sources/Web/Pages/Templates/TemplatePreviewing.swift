import Campaigns
import Hummingbird
import Persistence

/// Shows what is being written, before it is saved.
struct TemplatePreviewing {
    let visit: Visit

    /// Subject, plain text and problems: a part of the template's page.
    func part() async throws -> Response {
        let form = visit.form
        guard !form.isTooLongForPreview else {
            return visit.part("<p>\(t: "The message is too long for a preview.")</p>")
        }
        let (recipient, footer) = try await recipient()
        let preview = MailPreview(
            subject: form["subject"], previewText: String(form["preview_text"].prefix(PreviewText.limit)),
            html: form["body"], plainText: form["plain_text"],
            inlinesStyles: form.isInlining, for: recipient.fields, footer: footer)
        guard !preview.isTooLong else {
            return visit.part("<p>\(t: "The message is too long for a preview.")</p>")
        }
        return visit.part(
            """
            <dl class="facts"><dt>\(t: "To")</dt><dd>\(recipient.fields.displayName) &lt;\(recipient.fields.email)&gt;\
            \(if: recipient.isInvented, " (\(t: "invented"))")</dd><dt>\(t: "Subject")</dt><dd>\(preview.subject)\
            \(if: !preview.previewText.isEmpty, "<br><span class=\"text-muted-foreground\">\(preview.previewText)</span>")</dd></dl>
            \(problems(form))
            \(if: !recipient.isFound, """
                <p class="text-sm text-muted-foreground">\
                \(t: "No recipient matches “\(form["preview_recipient"])”; this is another one.")</p>
                """)\
            <pre class="source" id="preview-text" tabindex="0" data-hx-swap-oob="true">\(preview.text)</pre>
            """)
    }

    /// Tags that are not right stand in the preview as they were typed: here is why, before anybody saves it.
    private func problems(_ form: FormData) -> HTML? {
        let fields: [(name: String, label: Phrase, context: MergeTemplate.Context)] = [
            ("subject", "Subject", .header), ("preview_text", "Preview text", .html), ("body", "Message", .html),
            ("plain_text", "Plain text", .text),
        ]
        let found = fields.flatMap { field in
            MergeTemplate(form[field.name], as: field.context).problems.prefix(TemplateReading.mostSentences)
                .map { (field.label, $0.userMessage) }
        }
        guard !found.isEmpty else { return nil }
        let lines: [HTML] = found.prefix(TemplateReading.mostSentences).map {
            "<li>\(t: $0.0): \(t: Phrase(sentence: $0.1))</li>"
        }
        return """
            <div class="alert mt-3" data-variant="warning" role="status">\(icon: "triangle-alert")\
            <h3>\(t: "These merge tags are not right")</h3><section><ul>\(lines)</ul></section></div>
            """
    }

    /// The HTML as a document of its own, whose policy lets no script run.
    func frame() async throws -> Response {
        let form = visit.form
        guard !form.isTooLongForPreview else {
            return visit.respond("<p>\(t: "The message is too long for a preview.")</p>", policy: .mail)
        }
        let (recipient, footer) = try await recipient()
        let preview = MailPreview(
            subject: form["subject"], previewText: String(form["preview_text"].prefix(PreviewText.limit)),
            html: form["body"], plainText: form["plain_text"],
            inlinesStyles: form.isInlining, for: recipient.fields, footer: footer)
        guard !preview.isTooLong else {
            return visit.respond("<p>\(t: "The message is too long for a preview.")</p>", policy: .mail)
        }
        let limit = visit.site.configuration.mailFilesLimit
        let document = try await visit.read { try preview.document(in: $0, limit: limit) }
        return visit.respond(document, policy: .mail)
    }

    private func recipient() async throws -> (PreviewRecipient, MailFooter) {
        let wanted = visit.form["preview_recipient"]
        return try await visit.read { scope in
            (try PreviewRecipient(wanted, in: scope), try scope.details().footer)
        }
    }
}

extension FormData {
    /// More than a template may have in any of its texts: nothing of it is looked at.
    fileprivate var isTooLongForPreview: Bool {
        self["body"].utf8.count > TemplateReading.htmlLimit
            || ["subject", "preview_text", "plain_text"].contains {
                self[$0].utf8.count > TemplateReading.textLimit
            }
    }

    /// A template's form: the box is ticked, or was not there to be ticked.
    var isInlining: Bool {
        has("has_options") ? Form(self).flag("inline_styles") : self["inline_styles"] != "0"
    }
}
