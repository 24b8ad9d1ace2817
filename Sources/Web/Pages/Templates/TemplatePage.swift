import Campaigns
import Persistence

/// The form for one template, with its preview.
struct TemplatePage {
    let form: Form
    let template: Template.ID?
    /// As it is stored; `nil` for a new one.
    let name: String?
    /// Drafts and scheduled campaigns that will send it as it is then.
    let campaigns: [CampaignName]
    /// Recipients that the preview offers.
    let examples: [RecipientFields]
    let files: [FileUse]
    /// Bytes of all files of a mail.
    let filesLimit: Int
    let room: FileRoom
    /// What became of a test.
    let test: SenderTestResult?

    var page: Page {
        Page(
            title: template == nil ? "New template" : "Edit template",
            subtitle: template == nil ? nil : name.map { Phrase(sentence: $0) }, section: .templates,
            breadcrumbs: [.init("Templates", "/templates/")],
            actions: template.map {
                """
                <a class="btn" data-variant="outline" href="/campaigns/create/?template=\($0.rawValue)">\
                \(icon: "megaphone")\(t: "New campaign with it")</a>
                """
            }, policy: .editor,
            scripts: ["js/editor.js", "js/preview.js"], body: body)
    }

    private var action: HTML {
        template.map { "/templates/\($0.rawValue)/edit/" } ?? "/templates/create/"
    }

    private var body: HTML {
        """
        \(note)
        <form method="post" action="\(action)"\(if: template == nil, " enctype=\"multipart/form-data\"") \
        class="grid gap-6 xl:grid-cols-2" data-preview data-unsaved novalidate>\(.csrfField)
        <div class="form min-w-0">
        \(form.summary)
        \(form.input("name", "Name", hint: "Only you see it.", required: true))
        \(form.input("subject", "Subject", required: true))
        \(MergeMenu(field: "subject", names: MergeMenu.textNames).html)
        \(form.input("preview_text", "Preview text",
            hint: "What mail programs show behind the subject. Empty: how the message begins.",
            attributes: " maxlength=\"\(PreviewText.limit)\""))
        \(MergeMenu(field: "preview_text", names: MergeMenu.textNames).html)
        \(form.textArea("body", "Message", rows: 16, attributes: editorAttributes))
        \(form.textArea(
            "plain_text", "Plain text", rows: 8,
            hint: "For mail programs that show no HTML. Empty: made from the message."))
        \(MergeMenu(field: "plain_text", names: MergeMenu.allNames).html)
        \(form.checkBox(
            "inline_styles", "Make styles work in Outlook and Gmail",
            hint: "Some mail programs ignore style sheets. Your text stays as you wrote it; only what is sent is changed."))
        <input type="hidden" name="has_options" value="yes">
        \(if: template == nil, form.file(
            "attachment", "Attachments", accept: "", hint: "They are attached when you save. Every mail of this template brings them.",
            required: false, isMultiple: true))
        \(if: template == nil, """
            <p class="hint -mt-3 text-sm text-muted-foreground">\(t: TemplateFilesCard.hint(filesLimit)) \(t: room.sentence) \(FilesPage.link)</p>
            """)
        <div class="form-actions"><button class="btn">\(icon: "check")\(t: "Save")</button>\
        <a class="btn" data-variant="ghost" href="/templates/">\(t: "Back")</a></div>
        </div>
        \(TemplatePreviewCard(examples: examples, form: form, test: test).html)
        </form>
        \(template.map { TemplateFilesCard(template: $0, files: files, limit: filesLimit, room: room).html })
        """
    }

    private var note: HTML? {
        guard !campaigns.isEmpty else { return nil }
        let links: [HTML] = campaigns.map {
            #"<a class="link" href="/campaigns/\#($0.id.rawValue)/">\#($0.name)</a>"#
        }
        return """
            <div class="alert" data-variant="info" role="note">\(icon: "info")\
            <h2>\(t: "What you change here is what will be sent")</h2>\
            <section><p>\(t: "Not yet begun:") \(links.joined(separator: ", "))</p></section></div>
            """
    }

    private var editorAttributes: HTML {
        """
         class="textarea editor" data-editor data-merge-tags='\(MergeMenu.json)' data-text-label="\(t: "Message")" \
        data-text-merge="\(t: "Insert field")" data-text-source="\(t: "Source")" \
        data-text-visual="\(t: "Visual editor")" data-text-image="\(t: "Picture")" \
        data-text-bullets="\(t: "Bullet list")" data-text-numbers="\(t: "Numbered list")" \
        data-text-address="\(t: "Address (https://…)")" data-text-description="\(t: "Description")" \
        data-picture-limit="\(String(filesLimit))" data-text-upload="\(t: "Picture from this computer")" \
        data-text-too-large="\(t: "This picture is larger than the \(ByteCount(filesLimit).text) that a mail may have. Make it smaller.")" \
        data-text-upload-failed="\(t: "The picture could not be uploaded. Please try again.")"
        """
    }
}

/// The fields that a template may name.
struct MergeMenu {
    /// The field of the form that a choice goes into.
    let field: String
    let names: [String]

    static let allNames = MergeFields.builtIn.names
    /// Without the links, which a subject has no use for.
    static let textNames = allNames.filter { RecipientField(rawValue: $0) != nil }

    var html: HTML {
        """
        <div class="dropdown-menu -mt-3" id="merge-\(field)">
        <button type="button" class="btn" data-variant="outline" data-size="sm" id="merge-\(field)-trigger" \
        aria-haspopup="menu" aria-controls="merge-\(field)-list" aria-expanded="false">\
        \(icon: "tag")\(t: "Insert field")</button>
        <div data-popover aria-hidden="true"><div role="menu" id="merge-\(field)-list" \
        aria-labelledby="merge-\(field)-trigger">\(names.map(item))</div></div></div>
        """
    }

    private func item(_ name: String) -> HTML {
        """
        <button type="button" role="menuitem" data-insert-tag="\(name)" data-insert-into="#\(field)">\
        \(t: Self.label(name))</button>
        """
    }

    /// For the editor's own menu, inside an attribute. Neither names nor labels have a character that JSON escapes.
    static var json: HTML {
        let items: [HTML] = allNames.map {
            "{&quot;name&quot;:&quot;\($0)&quot;,&quot;label&quot;:&quot;\(t: label($0))&quot;}"
        }
        return "[\(items.joined(separator: ","))]"
    }

    static func label(_ name: String) -> Phrase {
        if let field = RecipientField(rawValue: name) { return field.label }
        switch name {
        case "unsubscribe_url": return "Link to unsubscribe"
        case "view_url": return "Link to the mail in the browser"
        default: return Phrase(sentence: name)
        }
    }
}
