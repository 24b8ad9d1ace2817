import Campaigns
import Persistence

/// The form for one recipient and, where it exists, what is known about it.
struct RecipientFormPage {
    let form: Form
    let record: RecipientRecord?
    let mails: [RecipientMail]
    /// Who has the address already.
    let taken: Recipient.ID?
    let back: String
    /// Whether their openings and clicks are left out.
    var isUntracked = false

    var page: Page {
        Page(
            title: record.map { "\($0.fields.displayName)" } ?? "Add recipient", section: .recipients,
            breadcrumbs: [.init("Recipients", back)], actions: record.map(actions),
            body: """
                <div class="page-narrow flex flex-col gap-6">\(fields)\(record.map(state))</div>
                \(if: record != nil, RecipientMailTable(mails: mails).html)
                """)
    }

    private func actions(_ record: RecipientRecord) -> HTML {
        """
        <a class="btn" data-variant="outline" \
        href="/recipients/\(record.id.rawValue)/delete/?next=\(FormData.encoded(back))">\
        \(icon: "trash-2")\(t: "Delete …")</a>
        """
    }

    private var fields: HTML {
        """
        <form method="post" action="\(record.map { "/recipients/\($0.id)/edit/" } ?? "/recipients/create/")" class="form">\
        \(.csrfField)<input type="hidden" name="next" value="\(back)">
        \(form.summary)
        \(taken.map(owner))
        \(form.input("email", RecipientField.email.label, type: "text", required: true, autocomplete: "off",
            attributes: " inputmode=\"email\" spellcheck=\"false\""))
        <div class="form-row">\(input(.firstName))\(input(.lastName))</div>
        \(input(.company))
        <div class="form-row">\(input(.city))\(input(.country))</div>
        \(input(.freeField1))\(input(.freeField2))\(input(.freeField3))
        <div class="form-actions"><button class="btn">\(t: "Save")</button>\
        \(if: record == nil, another)<a class="btn" data-variant="ghost" href="\(back)">\(t: "Back")</a></div>
        </form>
        """
    }

    private var another: HTML {
        """
        <button class="btn" data-variant="outline" name="another" value="1">\(t: "Save and add another")</button>
        """
    }

    private func owner(_ recipient: Recipient.ID) -> HTML {
        """
        <p><a class="link" href="/recipients/\(recipient.rawValue)/edit/">\(t: "Open the recipient who has this address")</a></p>
        """
    }

    private func input(_ field: RecipientField) -> HTML {
        form.input(field.rawValue, field.label, autocomplete: "off")
    }

    private func state(_ record: RecipientRecord) -> HTML {
        """
        <section class="card"><header><h2>\(t: "State")</h2></header><section class="flex flex-col gap-4">
        <dl class="facts"><dt>\(t: "Mails")</dt><dd>\(record.state)</dd>\
        \(record.suppression.map { "<dt>\(t: "Since")</dt><dd>\(time: $0.since)</dd>" as HTML })\
        <dt>\(t: "Added")</dt><dd>\(time: record.createdAt)</dd>\
        <dt>\(t: "Changed")</dt><dd>\(time: record.updatedAt)</dd></dl>
        \(record.suppression.map { "<p>\(t: $0.reason.explanation)</p>" as HTML })
        \(change(record))\(tracking(record))
        </section></section>
        """
    }

    private func change(_ record: RecipientRecord) -> HTML? {
        switch record.suppression?.reason {
        case nil: button(record, "block", "ban", "Send nothing to this address")
        case let reason? where reason.canBeTakenBack: button(record, "allow", "mail-check", "Allow mails again")
        case _?:
            """
            <p><a class="link" href="/suppressions/remove/?email=\(FormData.encoded(record.fields.email))">\
            \(t: "They asked me for mails again …")</a></p>
            """
        }
    }

    private func tracking(_ record: RecipientRecord) -> HTML {
        """
        <form method="post" action="/recipients/\(record.id.rawValue)/track/">\(.csrfField)\
        <p class="mb-2">\(t: isUntracked ? "Opens and clicks of this address are not counted; no import changes that." :
            "Opens and clicks of this address are counted, where the account counts them.")</p>\
        <button class="btn" data-variant="outline" name="track" value="\(isUntracked ? "yes" : "no")">\
        \(icon: isUntracked ? "eye" : "eye-off")\(t: isUntracked ? "Count opens and clicks again" : "Do not count opens and clicks")</button></form>
        """
    }

    private func button(_ record: RecipientRecord, _ action: String, _ name: String, _ title: Phrase) -> HTML {
        """
        <form method="post" action="/recipients/\(record.id.rawValue)/\(action)/">\(.csrfField)\
        <button class="btn" data-variant="outline">\(icon: name)\(t: title)</button></form>
        """
    }
}
