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
        let campaign: Campaign.ID
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
                title: "Unsubscribe?", masthead: .sender(subscription.accountName),
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
        try await visit.site.database.write {
            try $0.account(link.account).unsubscribe(subscription, by: link.campaign)
        }
        visit.logger.info("Unsubscribed", metadata: ["account.id": "\(link.account)"])
        return done(link, subscription)
    }

    /// Keeps what the person says about it; who says nothing is unsubscribed all the same.
    func explain() async throws -> Response {
        guard let link = try await link() else { return refuse() }
        guard let subscription = link.subscription else { return gone() }
        let words = UnsubscriptionReason.words(visit.form)
        var isKept = false
        if !words.isEmpty {
            isKept = try await visit.site.database.write {
                try $0.account(link.account).noteUnsubscription(subscription, words)
            }
        }
        guard isKept else { return done(link, subscription) }
        return visit.page(
            Page(
                title: "Thank you", masthead: .sender(subscription.accountName),
                body: "<p>\(t: "\(subscription.accountName) can read what you wrote. No more mails will come.")</p>"))
    }

    func resubscribe() async throws -> Response {
        guard let link = try await link() else { return refuse() }
        guard let subscription = link.subscription else { return gone() }
        let isBack = try await visit.site.database.write { try $0.account(link.account).resubscribe(subscription) }
        if isBack { visit.logger.info("Subscribed again", metadata: ["account.id": "\(link.account)"]) }
        return visit.page(
            Page(
                title: isBack || !subscription.isSuppressed ? "Welcome back" : "This address stays blocked",
                masthead: .sender(subscription.accountName),
                body: isBack || !subscription.isSuppressed
                    ? "<p>\(t: "\(subscription.email) gets mails from \(subscription.accountName) again.")</p>"
                    : "<p>\(t: "Please write to \(subscription.accountName) if you want its mails again.")</p>"))
    }

    private func done(_ link: Link, _ subscription: Subscription) -> Response {
        visit.page(
            Page(
                title: "You are unsubscribed", masthead: .sender(subscription.accountName),
                body: """
                    <p>\(t: "\(subscription.email) gets no more mails from \(subscription.accountName).")</p>
                    \(UnsubscriptionReason.form(token: link.token))
                    <p class="mt-6 text-sm text-muted-foreground">\(t: "Was it a mistake?")</p>
                    <form method="post" action="/resubscribe/\(link.token)/">\
                    <button class="btn" data-variant="outline">\(t: "Subscribe again")</button></form>
                    """))
    }

    private func gone() -> Response {
        visit.page(
            Page(
                title: "Nothing was changed", masthead: .sender(nil),
                body: """
                    <p>\(t: "It is not known any more which address this mail went to. If mails still come, please use the link in the newest one.")</p>
                    """), status: .gone)
    }

    private func refuse() -> Response {
        if visit.exchange.context.parameters.get("token") == DraftMail.linkToken {
            return visit.page(
                Page(
                    title: "This is a test", masthead: .sender(nil),
                    body: """
                        <p>\(t: "In the mails of the campaign, this link unsubscribes its recipient. Here it changes nothing.")</p>
                        """))
        }
        return visit.page(
            Page(
                title: "This link is not complete", masthead: .sender(nil),
                body: """
                    <p>\(t: "Nothing was changed. Please open the link in the mail again, or copy all of it.")</p>
                    """), status: .notFound)
    }

    private func link() async throws -> Link? {
        let token = visit.exchange.context.parameters.get("token") ?? ""
        guard let numbers = visit.site.links.unsubscribe(in: token) else { return nil }
        let account = Account.ID(rawValue: numbers.account)
        let campaign = Campaign.ID(rawValue: numbers.campaign)
        let subscription = try await visit.site.database.read {
            try $0.account(account).subscription(
                campaign: campaign, recipient: Recipient.ID(rawValue: numbers.recipient))
        }
        return Link(token: token, account: account, campaign: campaign, subscription: subscription)
    }
}

/// What somebody may say when they unsubscribe.
enum UnsubscriptionReason: String, CaseIterable {
    case tooMany = "too_many"
    case notInteresting = "not_interesting"
    case neverAsked = "never_asked"
    case other

    /// Characters of their own words.
    static let longest = 300

    /// For the person who chooses, and, in English, for the account that reads it.
    var label: Phrase {
        switch self {
        case .tooMany: "Too many mails"
        case .notInteresting: "They do not interest me"
        case .neverAsked: "I never asked for them"
        case .other: "Something else"
        }
    }

    /// What was chosen and written, on one line; empty for nothing.
    static func words(_ form: FormData) -> String {
        let chosen = UnsubscriptionReason(rawValue: form["reason"])
        let own = RecipientFields.normalised(String(form["words"].prefix(longest)), limit: 4 * longest)
        let name = chosen.map { Catalogue.english.text($0.label) } ?? ""
        return [chosen == .other && !own.isEmpty ? "" : name, own].filter { !$0.isEmpty }.joined(separator: ": ")
    }

    static func form(token: String) -> HTML {
        """
        <form method="post" action="/unsubscribe/\(token)/reason/" class="form mt-6"><fieldset class="flex flex-col gap-2">\
        <legend class="font-medium">\(t: "Would you say why? You need not.")</legend>\
        \(allCases.map(choice))</fieldset>\
        <div class="field"><label for="words">\(t: "In your words")</label>\
        <input type="text" id="words" name="words" maxlength="\(longest)" autocomplete="off"></div>\
        <div class="form-actions"><button class="btn" data-variant="outline">\(t: "Send")</button></div></form>
        """
    }

    private static func choice(_ reason: UnsubscriptionReason) -> HTML {
        """
        <label class="flex items-center gap-2"><input class="input" type="radio" name="reason" \
        value="\(reason.rawValue)">\(t: reason.label)</label>
        """
    }
}
