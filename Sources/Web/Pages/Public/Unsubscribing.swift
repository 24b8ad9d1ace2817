import Campaigns
import HTTPTypes
import Hummingbird
import Logging
import Persistence
import Vault

/// The pages behind a mail's link to unsubscribe.
struct Unsubscribing {
    let visit: GuestVisit

    private struct Link {
        let token: String
        let account: Account.ID
        /// `nil` when nothing is left that says which address it was.
        let subscription: Subscription?
    }

    /// Asks, and changes nothing: link checkers and previews open every address they see.
    func ask() async throws -> Response {
        guard let link = try await link() else { return refuse() }
        guard let subscription = link.subscription else { return gone() }
        if subscription.isSuppressed { return done(link, subscription) }
        return visit.page(
            Page(
                title: "Unsubscribe?",
                body: """
                    <p>\(t: "\(subscription.email) will get no more mails from \(subscription.accountName).")</p>
                    <form method="post" action="/unsubscribe/\(link.token)/" class="mt-4">\
                    <input type="hidden" name="List-Unsubscribe" value="One-Click">\
                    <button class="btn w-full">\(t: "Unsubscribe")</button></form>
                    """))
    }

    /// At once, whatever else the form says; twice is as good as once.
    func unsubscribe() async throws -> Response {
        guard let link = try await link() else { return refuse() }
        guard let subscription = link.subscription else { return gone() }
        try await visit.site.database.write { try $0.account(link.account).unsubscribe(subscription) }
        visit.logger.info("Unsubscribed", metadata: ["account.id": "\(link.account)"])
        return done(link, subscription)
    }

    func resubscribe() async throws -> Response {
        guard let link = try await link() else { return refuse() }
        guard let subscription = link.subscription else { return gone() }
        let isBack = try await visit.site.database.write { try $0.account(link.account).resubscribe(subscription) }
        if isBack { visit.logger.info("Subscribed again", metadata: ["account.id": "\(link.account)"]) }
        return visit.page(
            Page(
                title: isBack || !subscription.isSuppressed ? "Welcome back" : "This address stays blocked",
                body: isBack || !subscription.isSuppressed
                    ? "<p>\(t: "\(subscription.email) gets mails from \(subscription.accountName) again.")</p>"
                    : "<p>\(t: "Please write to \(subscription.accountName) if you want its mails again.")</p>"))
    }

    private func done(_ link: Link, _ subscription: Subscription) -> Response {
        visit.page(
            Page(
                title: "You are unsubscribed",
                body: """
                    <p>\(t: "\(subscription.email) gets no more mails from \(subscription.accountName).")</p>
                    <p class="mt-4 text-sm text-muted-foreground">\(t: "Was it a mistake?")</p>
                    <form method="post" action="/resubscribe/\(link.token)/">\
                    <button class="btn" data-variant="outline">\(t: "Subscribe again")</button></form>
                    """))
    }

    private func gone() -> Response {
        visit.page(
            Page(
                title: "Nothing to do",
                body: "<p>\(t: "This address is not in the list any more, so no mail will come.")</p>"))
    }

    private func refuse() -> Response {
        visit.page(
            Page(
                title: "This link is not complete",
                body: """
                    <p>\(t: "Nothing was changed. Please open the link in the mail again, or copy all of it.")</p>
                    """), status: .notFound)
    }

    private func link() async throws -> Link? {
        let token = visit.exchange.context.parameters.get("token") ?? ""
        guard let numbers = visit.site.links.unsubscribe(in: token) else { return nil }
        let account = Account.ID(rawValue: numbers.account)
        let subscription = try await visit.site.database.read {
            try $0.account(account).subscription(
                campaign: Campaign.ID(rawValue: numbers.campaign), recipient: Recipient.ID(rawValue: numbers.recipient))
        }
        return Link(token: token, account: account, subscription: subscription)
    }
}
