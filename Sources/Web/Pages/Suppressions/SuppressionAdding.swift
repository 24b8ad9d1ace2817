import Campaigns
import HTTPTypes
import Hummingbird
import Mail
import Persistence

/// Adds one address or many that were pasted: all of them, or none where one is wrong.
struct SuppressionAdding {
    let visit: Visit

    func show() async throws -> Response { try await answer(Form(visit.query)) }

    func save() async throws -> Response {
        var form = Form(visit.form)
        let note = RecipientFields.normalised(
            form.text("note", max: SuppressionWriting.longestNote), limit: .max)
        let pasted = PastedAddresses(form["addresses"])
        if pasted.problemCount > 0 {
            let told = pasted.problems.map(Catalogue.english.text).joined(separator: " ")
            let rest = pasted.problemCount - pasted.problems.count
            form.refuse(
                "addresses",
                rest > 0
                    ? .counted(rest, one: "\(told) And \(rest) more.", other: "\(told) And \(rest) more.")
                    : Phrase(sentence: told))
        } else if pasted.addresses.isEmpty {
            form.refuse("addresses", "Please enter at least one address.")
        } else if pasted.addresses.count > PastedAddresses.most {
            form.refuse(
                "addresses",
                "These are \(pasted.addresses.count) addresses; \(PastedAddresses.most) are possible here. Import them as a CSV file instead."
            )
        }
        guard form.isValid else { return try await answer(form, status: .unprocessableContent) }
        let addresses = pasted.addresses.map {
            NewSuppression(key: $0.key, email: $0.description, reason: .blocked, note: note)
        }
        let added = try await SuppressionWriting(actor: visit).add(addresses)
        let known = Set(addresses.map(\.key)).count - added
        return try await visit.redirect(
            to: "/suppressions/",
            saying: known == 0
                ? .counted(added, one: "\(added) address is suppressed.", other: "\(added) addresses are suppressed.")
                : "\(added) added; \(known) were on the list already and stay as they are.")
    }

    private func answer(_ form: Form, status: HTTPResponse.Status = .ok) async throws -> Response {
        let page = Page(
            title: "Add addresses",
            subtitle: "They get nothing more from you. What waits for them is called off at once.",
            section: .suppressions, breadcrumbs: [.init("Suppression list", "/suppressions/")],
            body: """
                <form method="post" action="/suppressions/add/" class="form page-narrow" novalidate>\(.csrfField)
                \(form.summary)
                \(form.textArea(
                    "addresses", "Addresses", rows: 8, hint: "One a line, or with commas between them.", required: true,
                    attributes: " spellcheck=\"false\" autocapitalize=\"off\""))
                \(form.input("note", "Note", hint: "Why; only you see it."))
                <div class="form-actions"><button class="btn">\(icon: "ban")\(t: "Suppress")</button>\
                <a class="btn" data-variant="ghost" href="/suppressions/">\(t: "Back")</a></div>
                </form>
                """)
        return try await visit.page(page, status: status)
    }
}
