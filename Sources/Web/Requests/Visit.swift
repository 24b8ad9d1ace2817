import Campaigns
import Hummingbird
import Logging
import Persistence

/// A request of somebody who is logged in: what every page of the application is made from.
///
/// `visit.read { $0.recipients(…) }` reads this account's rows; there is no way to another account's.
struct Visit: Acting {
    let exchange: Exchange
    let session: SessionRow
    /// Names the session in the database.
    let tokenHash: [UInt8]

    var account: Account.ID { session.account }
    var user: User.ID { session.user }
    var userName: String { session.userName }

    /// Goes to another page of ours, which will show the sentence.
    func redirect(to path: String, saying sentence: Phrase, as kind: Flash.Kind = .success) async throws -> Response {
        try await say(sentence, as: kind)
        return redirect(to: path)
    }

    /// Shows the sentence on the next full page of this session, behind those that wait for it already: of this request,
    /// or of another one that ran beside it.
    func say(_ sentence: Phrase, as kind: Flash.Kind = .success) async throws {
        try await keep(Flash(kind: kind, sentence: sentence))
    }

    /// Lets it wait for the page that shows it. Whatever is kept is in the database as it is: secrets are sealed first.
    func keep(_ flash: Flash) async throws {
        try await site.database.write { [tokenHash] tx in
            let waiting = Flash.decoded(try tx.flash(tokenHash: tokenHash)).filter {
                flash.place == nil || $0.place != flash.place
            }
            try tx.setFlash(Flash.encoded(waiting.suffix(3) + [flash]), tokenHash: tokenHash)
        }
    }

    /// What waits for this place; from now on it is told.
    func take(at place: String) async throws -> Flash? { try await take { $0.place == place }.first }

    private func take(_ isMeant: @escaping @Sendable (Flash) -> Bool) async throws -> [Flash] {
        // Most pages have none, and then nothing is written.
        guard Flash.decoded(session.flash).contains(where: isMeant) else { return [] }
        return try await site.database.write { [tokenHash] tx in
            let waiting = Flash.decoded(try tx.flash(tokenHash: tokenHash))
            let rest = waiting.filter { !isMeant($0) }
            if rest.count < waiting.count {
                try tx.setFlash(rest.isEmpty ? "" : Flash.encoded(rest), tokenHash: tokenHash)
            }
            return waiting.filter(isMeant)
        }
    }

    /// A whole page; the sentences that wait for the next page are shown and forgotten.
    func page(_ page: Page, status: HTTPResponse.Status = .ok) async throws -> Response {
        let html = Layout(
            page: page, session: session, flashes: try await take { $0.place == nil }, site: site,
            language: exchange.catalogue.language)
        return respond(html.html, status: status, policy: page.policy)
    }
}

/// A request of anybody: for the pages that need no login.
struct GuestVisit: Exchanging {
    let exchange: Exchange
    /// Whoever is logged in, all the same.
    let session: SessionRow?
    let tokenHash: [UInt8]?

    /// A page without navigation.
    func page(_ page: Page, status: HTTPResponse.Status = .ok) -> Response {
        let layout = BareLayout(page: page, site: site, language: exchange.catalogue.language)
        return respond(layout.html, status: status, policy: page.policy)
    }
}
