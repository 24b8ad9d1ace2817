import Campaigns
import DKIM
import HTTPTypes
import Hummingbird
import Logging
import Mail
import Persistence
import Vault

/// The domain of the From address: the keys that sign its mails (DKIM).
func addDomainRoutes(to routes: Routes) {
    routes.get("/profile/domain/") { visit in
        try await visit.page(
            DomainPage(domain: try await visit.senderDomain(), form: .fresh(try await visit.now())).page)
    }
    routes.get("/profile/domain/check/") { visit in visit.part(try await visit.senderDomain().checkCard.html) }
    routes.post("/profile/domain/check/") { visit in try await DomainLooking(visit: visit).answer() }
    routes.post("/profile/domain/keys/") { visit in try await KeyAdding(visit: visit, isImport: false).answer() }
    routes.post("/profile/domain/keys/import/") { visit in try await KeyAdding(visit: visit, isImport: true).answer() }
    routes.post("/profile/domain/keys/{id}/start/") { visit in
        let key = try await visit.signingKey()
        try await visit.write { try $0.startSigning(with: key.id) }
        try await visit.lookAgain(after: key)
        visit.noteKey(key, "Signing key in use")
        return try await visit.redirect(
            to: "/profile/domain/",
            saying: "Campaigns and mails that begin from now on are signed with \(key.selector).")
    }
    routes.post("/profile/domain/keys/{id}/stop/") { visit in
        let key = try await visit.signingKey()
        try await visit.write { try $0.retireSigningKey(key.id) }
        try await visit.lookAgain(after: key)
        visit.noteKey(key, "Signing key retired")
        return try await visit.redirect(
            to: "/profile/domain/",
            saying:
                "\(key.selector) signs nothing new. Leave its record in the DNS for a week: mails are still on their way."
        )
    }
    routes.post("/profile/domain/keys/{id}/remove/") { visit in
        let key = try await visit.signingKey()
        guard try await visit.write({ try $0.removeSigningKey(key.id) }) else {
            return try await visit.redirect(
                to: "/profile/domain/",
                saying:
                    "Mails that are under way, or may be sent again, are signed with \(key.selector). Remove it when they are done.",
                as: .warning)
        }
        try await visit.lookAgain(after: key)
        visit.noteKey(key, "Signing key removed")
        return try await visit.redirect(to: "/profile/domain/", saying: "The key \(key.selector) is removed.")
    }
}

/// The domain of the default sender's From address, and what the account has for it.
struct SenderDomain: Sendable {
    /// A-labels; empty while there is no usable From address.
    var domain: String
    var fromEmail: String
    /// Those of this domain first.
    var keys: [SigningKeyRecord]
    /// The last look at its DNS.
    var check: DomainCheckRecord?
    var time: Instant

    var checkCard: DomainCheckCard {
        DomainCheckCard(domain: domain, fromEmail: fromEmail, record: check, now: time)
    }
    var ownKeys: [SigningKeyRecord] { keys.filter { $0.domain == domain } }
    var otherKeys: [SigningKeyRecord] { keys.filter { $0.domain != domain } }
    var signing: [SigningKeyRecord] { ownKeys.filter { $0.state == .signing } }
}

extension Visit {
    func now() async throws -> Instant { try await read { try $0.transaction.now } }

    func senderDomain() async throws -> SenderDomain {
        try await read { scope in
            let from = try scope.defaultSender().flatMap { try? EmailAddress($0.fromEmail) }
            let domain = from?.asciiDomain ?? ""
            return SenderDomain(
                domain: domain, fromEmail: from?.wireForm ?? "", keys: try scope.signingKeys(),
                check: try scope.domainCheck(domain), time: try scope.transaction.now)
        }
    }

    fileprivate func signingKey() async throws -> SigningKeyRecord {
        let id: SigningKey.ID = try id()
        guard let key = try await read({ try $0.signingKey(id) }) else { throw Refusal.notFound }
        return key
    }

    /// What was found is of other keys than those that sign now.
    fileprivate func lookAgain(after key: SigningKeyRecord) async throws {
        if try await senderDomain().domain == key.domain { _ = try await lookAtDomain(key.domain) }
    }

    func noteKey(_ key: SigningKeyRecord, _ message: Logger.Message) {
        logger.info(
            message,
            metadata: [
                "key.id": "\(key.id)", "key.domain": "\(key.domain)", "key.selector": "\(key.selector)",
                "key.algorithm": "\(key.algorithm.rawValue)",
            ])
    }
}

extension Acting {
    /// Has the DNS asked about a domain, unless it is being asked.
    /// - Returns: how long to wait where this account asked too often; then nothing is asked.
    func lookAtDomain(_ domain: String) async throws -> Duration? {
        let subject = "account \(account)"
        let wait = try await site.database.write {
            try $0.tryOnce("domain_check", by: subject, limit: DomainLooking.limit, within: .seconds(60))
        }
        if let wait { return wait }
        if try await write({ try $0.beginDomainCheck(domain) }) { site.domainChecking.begin(domain, of: account) }
        return nil
    }
}

/// Has the DNS asked, by whoever does that; the page shows what is found as it comes.
struct DomainLooking {
    /// Looks a minute and account: each one asks other people's servers some twenty questions.
    static let limit = 10

    let visit: Visit

    func answer() async throws -> Response {
        let domain = try await visit.senderDomain().domain
        if !domain.isEmpty, let wait = try await visit.lookAtDomain(domain) {
            let seconds = Int(wait.components.seconds) + 1
            throw Refusal.tooMany("The DNS was asked often just now. Please wait a minute.", retryAfter: seconds)
        }
        if visit.isPartial { return visit.part(try await visit.senderDomain().checkCard.html) }
        return try await visit.redirect(
            to: "/profile/domain/", saying: "The DNS is being asked. Reload this page in a few seconds.", as: .info)
    }
}

/// Makes a key, or takes one that was made elsewhere.
struct KeyAdding {
    /// Keys a minute and account: one of RSA takes some tenths of a second to make.
    static let limit = 10
    /// Keys that an account may have at once.
    static let most = 50

    let visit: Visit
    let isImport: Bool

    func answer() async throws -> Response {
        let domain = try await visit.senderDomain()
        var form = SigningKeyForm(visit.form, isImport: isImport, domain: domain)
        guard form.form.isValid else { return try await again(form, domain) }
        let subject = "account \(visit.account)"
        let wait = try await visit.site.database.write {
            try $0.tryOnce("signing_key", by: subject, limit: Self.limit, within: .seconds(60))
        }
        guard wait == nil else {
            form.form.refuse(forNow: "Too many keys in a short time. Please wait a minute and try again.")
            return try await again(form, domain, status: .tooManyRequests)
        }
        let keys = form.keys()
        guard form.form.isValid else { return try await again(form, domain) }
        let sealer = visit.site.sealer
        let account = visit.account
        let stored = try await visit.write { scope in
            // All of them or none.
            let taken = Set(try scope.signingKeys().filter { $0.domain == domain.domain }.map(\.selector))
            guard taken.isDisjoint(with: keys.map(\.record.selector)) else { return false }
            for key in keys {
                _ = try scope.addSigningKey(key.record) { id in
                    sealer.seal(key.key.der, at: .signingKey(account: account.rawValue, key: id.rawValue))
                }
            }
            return true
        }
        guard stored else {
            form.form.refuse(form.selectorField, "There is a key with this selector already. Choose another selector.")
            return try await again(form, domain)
        }
        visit.logger.info(
            "Signing keys added",
            metadata: ["key.domain": "\(domain.domain)", "keys": "\(keys.count)", "imported": "\(isImport)"])
        return try await visit.redirect(
            to: "/profile/domain/",
            saying: "Now put the record into the DNS of \(domain.domain), then let the key sign.")
    }

    private func again(
        _ form: SigningKeyForm, _ domain: SenderDomain, status: HTTPResponse.Status = .unprocessableContent
    ) async throws -> Response {
        try await visit.page(DomainPage(domain: domain, form: form).page, status: status)
    }
}
