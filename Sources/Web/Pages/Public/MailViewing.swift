import Campaigns
import Hummingbird
import Mail
import Vault

/// A mail in the browser: the very one that its recipient got.
struct MailViewing {
    let visit: GuestVisit

    func answer() async throws -> Response {
        let token = visit.exchange.context.parameters.get("token") ?? ""
        guard let numbers = visit.site.links.view(in: token),
            let mail = try await visit.site.mails.mail(
                Message.ID(rawValue: numbers.message), of: Account.ID(rawValue: numbers.account))
        else {
            return visit.page(
                Page(
                    title: "This mail is not here",
                    body: """
                        <p>\(t: "The link may be incomplete, or the mail was deleted.")</p>
                        """), status: .notFound)
        }
        return visit.respond(MailDocument(ReceivedMessage(mail)).html, policy: .openMail)
    }
}
