import Campaigns
import Hummingbird
import Mail
import Persistence
import Vault

/// A mail in the browser: the very one that its recipient got.
struct MailViewing {
    let visit: GuestVisit

    func answer() async throws -> Response {
        let token = visit.exchange.context.parameters.get("token") ?? ""
        let numbers = visit.site.links.view(in: token)
        if let numbers, try await isWithdrawn(numbers) {
            return visit.page(
                Page(
                    title: "This mail is not shown any more", masthead: .sender(nil),
                    body:
                        "<p>\(t: "Its sender has withdrawn it from the browser. The mail that you got is still yours.")</p>"
                ),
                status: .gone)
        }
        guard let numbers,
            let mail = try await visit.site.mails.mail(
                Message.ID(rawValue: numbers.message), of: Account.ID(rawValue: numbers.account),
                isWhole: false)
        else {
            return visit.page(
                Page(
                    title: "This mail is not here", masthead: .sender(nil),
                    body: """
                        <p>\(t: "The link may be incomplete, or the mail was deleted.")</p>
                        """), status: .notFound)
        }
        return visit.respond(MailDocument(ReceivedMessage(mail)).html, policy: .openMail)
    }

    private func isWithdrawn(_ numbers: (account: Int64, message: Int64)) async throws -> Bool {
        try await visit.site.database.read {
            try $0.account(Account.ID(rawValue: numbers.account)).isViewWithdrawn(Message.ID(rawValue: numbers.message))
        } ?? false
    }
}
