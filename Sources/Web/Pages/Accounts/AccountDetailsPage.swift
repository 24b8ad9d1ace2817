import Campaigns
import HTTPTypes
import Hummingbird
import Logging
import Persistence

/// Who the account is: its name, and the postal address that stands below its mails.
func addAccountDetailsRoutes(to routes: Routes) {
    routes.get("/profile/account/") { visit in try await AccountEditing(visit: visit).show() }
    routes.post("/profile/account/") { visit in try await AccountEditing(visit: visit).save() }
}

/// Reads and stores the account's details, for the page and the API alike.
struct AccountSaving {
    let actor: any Acting

    /// - Returns: nil when something is wrong, which the form says.
    func save(_ form: inout Form) async throws -> AccountDetails? {
        let name = RecipientFields.normalised(form.text("name", required: true, max: 200), limit: .max)
        var address = ""
        do throws(PostalAddress.Problem) {
            address = try PostalAddress(form["postal_address"]).text
        } catch {
            form.refuse("postal_address", sentence: error.userMessage)
        }
        guard form.isValid else { return nil }
        let details = AccountDetails(name: name, postalAddress: address)
        try await actor.write { try $0.update(details) }
        actor.logger.info("Account changed", metadata: ["account.id": "\(actor.account)"])
        return details
    }
}

struct AccountEditing {
    let visit: Visit

    func show() async throws -> Response {
        let details = try await visit.read { try $0.details() }
        return try await answer(Form(values: ["name": details.name, "postal_address": details.postalAddress]))
    }

    func save() async throws -> Response {
        var form = Form(visit.form)
        guard try await AccountSaving(actor: visit).save(&form) != nil else {
            return try await answer(form, status: .unprocessableContent)
        }
        return try await visit.redirect(
            to: "/profile/account/", saying: "Saved. Campaigns that begin from now on have this address.")
    }

    private func answer(_ form: Form, status: HTTPResponse.Status = .ok) async throws -> Response {
        let page = Page(
            title: "Account", subtitle: "Who you are, for those who get your mails.", section: .account,
            body: """
                <form method="post" action="/profile/account/" class="form page-narrow" novalidate>\(.csrfField)
                \(form.summary)
                \(form.input(
                    "name", "Name", hint: "What people read when they unsubscribe, where the sender has no name.",
                    required: true, autocomplete: "organization"))
                \(form.textArea(
                    "postal_address", "Postal address", rows: 4,
                    hint: "It stands below your mails, above the link to unsubscribe: in most countries the law asks for it, and people trust a sender that can be found. Mails whose template has a link to unsubscribe of its own stay as they are.",
                    attributes: " autocomplete=\"street-address\""))
                <div class="form-actions"><button class="btn">\(icon: "check")\(t: "Save")</button></div>
                </form>
                """)
        return try await visit.page(page, status: status)
    }
}
