import Campaigns
import HTTPTypes
import Hummingbird
import Logging
import Persistence

/// Who the account is: its name, and what stands below its mails.
func addAccountDetailsRoutes(to routes: Routes) {
    routes.get("/profile/account/") { visit in try await AccountEditing(visit: visit).show() }
    routes.post("/profile/account/") { visit in try await AccountEditing(visit: visit).save() }
}

/// Reads and stores the account's details, for the page and the API alike.
struct AccountSaving {
    let actor: any Acting

    /// What is not in the form stays as it is.
    /// - Returns: nil when something is wrong, which the form says.
    func save(_ form: inout Form) async throws -> AccountDetails? {
        let known = try await actor.read { try $0.details() }
        for (field, value) in known.fields where !form.data.has(field) { form.data.set(value, for: field) }
        let name = RecipientFields.normalised(form.text("name", required: true, max: 200), limit: .max)
        var address = ""
        do throws(PostalAddress.Problem) {
            address = try PostalAddress(form["postal_address"]).text
        } catch {
            form.refuse("postal_address", sentence: error.userMessage)
        }
        var (text, words) = ("", "")
        do throws(FooterText.Problem) {
            text = try FooterText.lines(form["footer_text"])
        } catch {
            form.refuse("footer_text", sentence: error.userMessage)
        }
        do throws(FooterText.Problem) {
            words = try FooterText.linkWords(form["unsubscribe_words"])
        } catch {
            form.refuse("unsubscribe_words", sentence: error.userMessage)
        }
        guard form.isValid else { return nil }
        let details = AccountDetails(
            name: name, postalAddress: address, footerText: text, unsubscribeWords: words)
        try await actor.write { try $0.update(details) }
        actor.logger.info("Account changed", metadata: ["account.id": "\(actor.account)"])
        return details
    }
}

extension AccountDetails {
    /// By the names of the form's fields.
    fileprivate var fields: KeyValuePairs<String, String> {
        [
            "name": name, "postal_address": postalAddress, "footer_text": footerText,
            "unsubscribe_words": unsubscribeWords,
        ]
    }
}

struct AccountEditing {
    let visit: Visit

    func show() async throws -> Response {
        let details = try await visit.read { try $0.details() }
        return try await answer(Form(values: details.fields))
    }

    func save() async throws -> Response {
        var form = Form(visit.form)
        guard try await AccountSaving(actor: visit).save(&form) != nil else {
            return try await answer(form, status: .unprocessableContent)
        }
        return try await visit.redirect(
            to: "/profile/account/", saying: "Saved. Campaigns that begin from now on have it.")
    }

    private func answer(_ form: Form, status: HTTPResponse.Status = .ok) async throws -> Response {
        let page = Page(
            title: "Account", subtitle: "Who you are, for those who get your mails.", section: .account,
            actions: """
                <a class="btn" data-variant="outline" href="\(FilesPage.path)">\(icon: "file-text")\(t: "Files")</a>
                """,
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
                \(form.textArea(
                    "footer_text", "Footer", rows: 3,
                    hint: "What else stands there, in the language of your readers: why they get this mail, or who is responsible for it. The postal address stands above it, the link below it."))
                \(form.input(
                    "unsubscribe_words", "Words of the link to unsubscribe", placeholder: MailFooter.defaultLinkWords,
                    autocomplete: "off"))
                <div class="form-actions"><button class="btn">\(icon: "check")\(t: "Save")</button></div>
                </form>
                """)
        return try await visit.page(page, status: status)
    }
}
