import Mail

/// A mail as a document of its own. To be sent with a policy for mails only.
struct MailDocument {
    let html: HTML

    init(_ mail: ReceivedMessage) {
        let body: HTML =
            mail.html.map { HTML(unescaped: EmbeddedPictures.shown($0, of: mail)) } ?? "<pre>\(mail.text ?? "")</pre>"
        let isDocument = mail.html?.prefix(2000).lowercased().contains("<html") == true
        html =
            isDocument
            ? body
            : """
            <!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">\
            <title>\(mail.subject)</title></head><body>\(body)</body></html>
            """
    }
}
