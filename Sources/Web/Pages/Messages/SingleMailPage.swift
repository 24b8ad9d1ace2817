import Campaigns

/// The form for one mail to one recipient.
struct SingleMailPage {
    let form: Form
    let templates: [(id: Template.ID, name: String)]
    /// Bytes of all files of a mail.
    let filesLimit: Int
    let room: FileRoom

    var page: Page {
        Page(
            title: "New mail", subtitle: "One template to one of your recipients.", section: .queue,
            breadcrumbs: [.init("Queue", "/emails/")], body: templates.isEmpty ? nothing : body)
    }

    private var nothing: HTML {
        """
        <div class="empty border"><header><figure>\(icon: "file-text")</figure><h2>\(t: "No templates yet")</h2>\
        <p>\(t: "A mail is written from a template.")</p></header>\
        <section><a class="btn" href="/templates/designs/">\(t: "New template")</a></section></div>
        """
    }

    private var body: HTML {
        """
        <form method="post" class="form page-narrow" enctype="multipart/form-data">\(.csrfField)\
        <input type="hidden" name="asks" value="on">\(if: form.data.has("again"), form.hidden("again"))
        \(form.summary)
        \(form.input("recipient", "Recipient", hint: "The address of one of your recipients.", required: true,
            autocomplete: "off", attributes: """
             list="recipient-addresses" data-hx-get="/emails/create/recipients/" \
            data-hx-trigger="input changed delay:300ms" data-hx-target="#recipient-addresses"
            """))
        <datalist id="recipient-addresses"></datalist>
        \(form.select("template", "Template", [("", "Please choose")] + templates.map {
            (String($0.id.rawValue), Phrase(sentence: $0.name))
        }, required: true))
        \(form.file(
            "attachment", "Attachments", accept: "",
            hint: "For this mail alone, up to \(ByteCount(filesLimit).text) with those of its template. Choose them again when the form comes back.",
            required: false, isMultiple: true))
        <p class="hint -mt-3 text-sm text-muted-foreground">\(t: room.sentence) \(FilesPage.link)</p>
        \(form.dateTime("scheduled_time", "Send at", hint: "Empty means now. The time is that of your own place."))
        <div class="form-actions"><button class="btn">\(icon: "send")\(t: "Queue mail")</button></div>
        </form>
        """
    }
}
