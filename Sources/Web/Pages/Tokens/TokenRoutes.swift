import Campaigns
import HTTPTypes
import Hummingbird
import Logging
import Persistence
import Vault

/// The tokens with which programs act for the account.
func addTokenRoutes(to routes: Routes) {
    routes.get("/profile/tokens/") { visit in
        let made = try await TokenMaking(visit: visit).takeSecret()
        let tokens = try await visit.read { try $0.apiTokens() }
        return try await visit.page(TokenPage(tokens: tokens, form: Form(values: ["scope": "read"]), made: made).page)
    }
    routes.post("/profile/tokens/") { visit in try await TokenMaking(visit: visit).answer() }
    routes.post("/profile/tokens/{id}/delete/") { visit in
        let id: APIToken.ID = try visit.id()
        guard try await visit.write({ try $0.removeAPIToken(id) }) else { throw Refusal.notFound }
        visit.logger.notice("API token revoked", metadata: ["token.id": "\(id)", "user.id": "\(visit.user)"])
        return try await visit.redirect(
            to: "/profile/tokens/", saying: "The token is revoked. What still uses it is refused from now on.")
    }
}

/// Makes a token for whoever knows the password: a borrowed session must not become lasting.
struct TokenMaking {
    let visit: Visit

    func answer() async throws -> Response {
        var form = Form(visit.form)
        let name = form.text("name", required: true, max: 100)
        let scope: APIToken.Scope = form.choice("scope", fallback: .read)
        let user = visit.user
        // The password may be guessed here as well as at the login: the same limit holds.
        let wait = try await visit.site.database.write {
            try $0.tryOnce("token_password", by: "user \(user)", limit: Login.limit, within: Login.window)
        }
        guard wait == nil else {
            form.refuse(forNow: "Too many tries. Please wait a minute and try again.")
            return try await page(form, .tooManyRequests)
        }
        let stored = try await visit.site.database.read { try $0.user(user)?.passwordHash }
        if await !visit.site.passwords.verify(form["password"], against: stored) {
            form.refuse("password", "This is not your password.")
        }
        guard form.isValid else { return try await page(form, .unprocessableContent) }
        let secret = Token()
        let id = try await visit.write {
            try $0.addAPIToken(name: name, scope: scope, hash: secret.hash, user: user)
        }
        guard let id else {
            form.refuse("You have \(AccountScope.mostAPITokens) tokens already. Revoke one that is not needed first.")
            return try await page(form, .unprocessableContent)
        }
        visit.logger.notice(
            "API token made",
            metadata: ["token.id": "\(id)", "token.scope": "\(scope.rawValue)", "user.id": "\(user)"])
        // Not in answer to the form: a reload of the page would make another one.
        let sealed = visit.site.sealer.seal(APIToken.shown(secret), at: place)
        try await visit.keep(
            Flash(kind: .success, sentence: "", place: Self.path, lines: [Base64URL.encode(sealed)]))
        return visit.redirect(to: Self.path)
    }

    private static let path = "/profile/tokens/"

    /// The next page of this session shows it, and nobody reads it out of the database until then.
    private var place: SealedPlace {
        SealedPlace(
            table: "session", column: "flash", account: visit.account.rawValue, row: visit.user.rawValue)
    }

    /// The secret that was made just now, once.
    func takeSecret() async throws -> String? {
        guard let text = try await visit.take(at: Self.path)?.lines?.first, let sealed = Base64URL.decode(text) else {
            return nil
        }
        return try? visit.site.sealer.openText(sealed, at: place)
    }

    private func page(_ form: Form, _ status: HTTPResponse.Status) async throws -> Response {
        let tokens = try await visit.read { try $0.apiTokens() }
        return try await visit.page(TokenPage(tokens: tokens, form: form).page, status: status)
    }
}
