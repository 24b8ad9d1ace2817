import Campaigns
import HTTPTypes
import Hummingbird
import Mail
import Persistence

/// Takes one address off the list, after a question and with a reason that is kept.
struct SuppressionRemoving {
    let visit: Visit

    func ask() async throws -> Response {
        try await answer(Form(visit.query), try await known(visit.query["email"]))
    }

    func remove() async throws -> Response {
        let known = try await known(visit.form["email"])
        var form = Form(visit.form)
        let why = RecipientFields.normalised(
            form.text("why", required: true, max: SuppressionWriting.longestNote), limit: .max)
        let isAsked = form.flag("asked")
        if known.suppression.reason.isPersons, !isAsked {
            form.refuse(
                "asked",
                "This person decided to get nothing from you. Take the address off the list only when they asked for it."
            )
        }
        guard form.isValid else { return try await answer(form, known, status: .unprocessableContent) }
        switch try await SuppressionWriting(actor: visit).remove(key: known.key, because: why, isAsked: isAsked) {
        case .isPersons(let known): return try await answer(form, known, status: .unprocessableContent)
        case .removed(let known):
            return try await visit.redirect(
                to: "/suppressions/", saying: "“\(known.email)” is off the list and can get mails again.")
        }
    }

    private func known(_ email: String) async throws -> SuppressedAddress {
        guard let key = (try? EmailAddress(email))?.key,
            let known = try await visit.read({ try $0.suppressedAddress(ofKey: key) })
        else { throw Refusal.notFound }
        return known
    }

    private func answer(
        _ form: Form, _ known: SuppressedAddress, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let earlier = try await visit.read { try $0.suppressionRemovals(ofKey: known.key, limit: 10) }
        let page = SuppressionRemovalPage(form: form, known: known, earlier: earlier)
        return try await visit.page(page.page, status: status)
    }
}

struct SuppressionRemovalPage {
    let form: Form
    let known: SuppressedAddress
    let earlier: [SuppressionRemoval]

    var page: Page {
        Page(
            title: "Take this address off the list?", section: .suppressions,
            breadcrumbs: [.init("Suppression list", "/suppressions/")],
            body: """
                <form method="post" action="/suppressions/remove/" class="form page-narrow" novalidate>\(.csrfField)\
                <input type="hidden" name="email" value="\(known.email)">
                \(form.summary)
                <dl class="facts"><dt>\(t: "Address")</dt><dd>\(known.email)</dd>\
                <dt>\(t: "Reason")</dt><dd>\(known.suppression.reason.badge)</dd>\
                <dt>\(t: "Since")</dt><dd>\(time: known.suppression.since)</dd>\
                \(if: !known.suppression.note.isEmpty, "<dt>\(t: "Note")</dt><dd>\(known.suppression.note)</dd>")</dl>
                <p>\(t: known.suppression.reason.explanation)</p>
                \(form.input("why", "Why is it taken off?", hint: "Kept in the history, with your name.", required: true))
                \(if: known.suppression.reason.isPersons, form.checkBox(
                    "asked", "This person asked me for mails again.",
                    hint: "Mailing somebody who unsubscribed or complained is against the law in most countries."))
                <div class="form-actions"><button class="btn" data-variant="danger">\(t: "Take it off")</button>\
                <a class="btn" data-variant="ghost" href="/suppressions/">\(t: "Keep")</a></div>
                </form>
                \(if: !earlier.isEmpty, SuppressionHistoryPage(rows: earlier, navigation: nil).page.body)
                """)
    }
}
