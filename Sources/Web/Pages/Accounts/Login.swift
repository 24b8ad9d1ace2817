import Logging
import Campaigns
import HTTPTypes
import Hummingbird
import Persistence
import Vault

/// Checks a name or address and a password. Whether the name is unknown or the password wrong cannot be told, neither
/// by the sentence nor by the time.
struct Login {
    /// djangoMailer's limit: tries a minute and client address.
    static let limit = 5
    static let window = Duration.seconds(60)

    let visit: GuestVisit

    func answer() async throws -> Response {
        var form = Form(visit.form)
        let address = visit.clientSubject
        let wait = try await visit.site.database.write {
            try $0.tryOnce("login", by: address, limit: Self.limit, within: Self.window)
        }
        if let wait {
            let seconds = Int(wait.components.seconds) + 1
            let sentence: Phrase = .counted(
                seconds, one: "Too many tries. Please wait \(seconds) second and try again.",
                other: "Too many tries. Please wait \(seconds) seconds and try again.")
            return refuse(&form, sentence, retryAfter: seconds)
        }
        let key = UserKey(form["username"]).text
        let password = form["password"]
        let found = key.isEmpty ? nil : try await visit.site.database.read { try $0.user(withKey: key) }
        let tries = LoginTries(signer: visit.site.signer)
        let name = tries.subject(key, user: found?.user.id, known: visit.cookies.known)
        let nameWait = try await visit.site.database.write {
            try $0.tryOnce("login_name", by: name, limit: LoginTries.limit, within: LoginTries.window)
        }
        if let nameWait {
            visit.logger.warning("Login refused: too many tries for a name", metadata: ["client.address": "\(address)"])
            let minutes = Int(nameWait.components.seconds / 60) + 1
            let sentence: Phrase = .counted(
                minutes,
                one:
                    "Too many tries for this user name. Try again in \(minutes) minute, or use a browser in which you have logged in before.",
                other:
                    "Too many tries for this user name. Try again in \(minutes) minutes, or use a browser in which you have logged in before."
            )
            return refuse(&form, sentence, retryAfter: minutes * 60)
        }
        let isRight = await visit.site.passwords.verify(password, against: found?.passwordHash)
        guard isRight, let user = found?.user, user.isActive else {
            visit.logger.notice("Login refused", metadata: ["client.address": "\(address)"])
            form.refuse("The user name or the password is not right.", under: "You are not logged in")
            return page(form, .unprocessableContent)
        }
        try await visit.site.database.write { try $0.forgetTries("login_name", by: name) }
        try await rehashIfNeeded(user.id, password, found?.passwordHash)
        visit.logger.info("Logged in", metadata: ["user.id": "\(user.id)"])
        return try await visit.beginSession(user.id, goingTo: SafePath(form["next"]).path)
    }

    private func refuse(_ form: inout Form, _ sentence: Phrase, retryAfter seconds: Int) -> Response {
        form.refuse(forNow: sentence)
        var response = page(form, .tooManyRequests)
        response.headers[.retryAfter] = String(seconds)
        return response
    }

    private func rehashIfNeeded(_ user: User.ID, _ password: String, _ hash: String?) async throws {
        guard let hash, visit.site.passwords.needsRehash(hash),
            let fresh = try? await visit.site.passwords.hash(password)
        else { return }
        try await visit.site.database.write { try $0.setPassword(of: user, hash: fresh) }
    }

    private func page(_ form: Form, _ status: HTTPResponse.Status) -> Response {
        LoginPage(form: form, next: form["next"], canRegister: visit.canRegister).answer(visit, status)
    }
}

extension GuestVisit {
    var cookies: SessionCookies { SessionCookies(request, isSecure: site.configuration.isSecure) }

    /// Gives this browser a new session, whatever it had before, and goes on.
    func beginSession(_ user: User.ID, goingTo path: String) async throws -> Response {
        let token = Token()
        let csrf = Token().plaintext
        try await site.database.write { [tokenHash] tx in
            if let tokenHash { try tx.removeSession(tokenHash: tokenHash) }
            try tx.addSession(tokenHash: token.hash, csrf: csrf, user: user, lifetime: SessionCookies.lifetime)
            try tx.recordLogin(of: user)
        }
        var response = redirect(to: path)
        response.headers.append(HTTPField(name: .setCookie, value: cookies.settingSession(token)))
        let known = LoginTries(signer: site.signer).token(for: user)
        response.headers.append(HTTPField(name: .setCookie, value: cookies.settingKnown(known)))
        return response
    }
}
