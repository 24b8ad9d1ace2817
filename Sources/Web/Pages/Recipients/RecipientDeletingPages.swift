import Campaigns
import Persistence

/// The question before one recipient is deleted.
struct DeleteOnePage {
    let record: RecipientRecord
    let back: String

    var page: Page {
        Page(
            title: "Delete this recipient?", section: .recipients, breadcrumbs: [.init("Recipients", back)],
            body: """
                <form method="post" action="/recipients/\(record.id.rawValue)/delete/" class="form page-narrow">\(.csrfField)\
                <input type="hidden" name="next" value="\(back)">
                <dl class="facts"><dt>\(t: "Address")</dt><dd>\(record.fields.email)</dd>\
                <dt>\(t: "Name")</dt><dd>\(record.fields.displayName)</dd></dl>
                <p>\(t: DeleteSeveralPage.consequence)</p>
                <div class="form-actions"><button class="btn" data-variant="danger">\(icon: "trash-2")\(t: "Delete")</button>\
                <a class="btn" data-variant="ghost" href="\(back)">\(t: "Keep")</a></div>
                </form>
                """)
    }
}

/// The question before several are deleted: how many, and who some of them are.
struct DeleteSeveralPage {
    static let consequence: Phrase =
        "What they were sent stays in the log, campaigns that have begun still reach them, and whoever unsubscribed stays so. This cannot be undone."

    let filter: AudienceFilter
    let count: Int
    let examples: [RecipientFields]
    let upTo: Recipient.ID
    let back: String

    var page: Page {
        Page(
            title: .counted(count, one: "Delete \(count) recipient?", other: "Delete \(count) recipients?"),
            section: .recipients, breadcrumbs: [.init("Recipients", back)],
            body: """
                <form method="post" action="/recipients/bulk_delete/" class="form page-narrow">\
                \(DeletionFields(filter: filter, upTo: upTo, back: back, deleted: 0).html)
                <ul class="list-disc ps-5">\(examples.map { "<li>\($0.email)</li>" as HTML })\
                \(if: count > examples.count, "<li>\(t: "and \(count - examples.count) more")</li>")</ul>
                <p>\(t: Self.consequence)</p>
                <div class="form-actions"><button class="btn" data-variant="danger">\(icon: "trash-2")\
                \(t: .counted(count, one: "Delete \(count) recipient", other: "Delete \(count) recipients"))</button>\
                <a class="btn" data-variant="ghost" href="\(back)">\(t: "Keep")</a></div>
                </form>
                """)
    }
}

/// How far the deletion of very many is. It goes on by itself; without script, at a press.
struct DeletionProgress {
    let filter: AudienceFilter
    let deleted: Int
    let rest: Int
    let upTo: Recipient.ID
    let back: String

    var page: Page {
        Page(title: "Deleting recipients", section: .recipients, breadcrumbs: [.init("Recipients", back)], body: html)
    }

    var html: HTML {
        """
        <form method="post" action="/recipients/bulk_delete/" class="form page-narrow" \
        data-hx-post="/recipients/bulk_delete/" data-hx-trigger="load" data-hx-swap="outerHTML">\
        \(DeletionFields(filter: filter, upTo: upTo, back: back, deleted: deleted).html)
        <progress class="meter" value="\(deleted)" max="\(deleted + rest)" aria-label="\(t: "Progress")"></progress>
        <p role="status">\(t: "\(deleted) are deleted, \(rest) are left.")</p>
        <div class="form-actions"><button class="btn" data-variant="danger">\(t: "Go on")</button>\
        <a class="btn" data-variant="ghost" href="/recipients/">\(t: "Stop here")</a></div>
        </form>
        """
    }
}

/// What the answer to the question carries: whom it is about, and that it is the answer.
private struct DeletionFields {
    let filter: AudienceFilter
    let upTo: Recipient.ID
    let back: String
    let deleted: Int

    var html: HTML {
        """
        \(.csrfField)\
        <input type="hidden" name="confirm" value="yes"><input type="hidden" name="up_to" value="\(upTo.rawValue)">\
        <input type="hidden" name="deleted" value="\(deleted)"><input type="hidden" name="back" value="\(back)">\
        \(filter.parameters.filter { $0.name != "selection" }.map(hidden))
        """
    }

    private func hidden(_ field: (name: String, value: String)) -> HTML {
        """
        <input type="hidden" name="\(field.name)" value="\(field.value)">
        """
    }
}
