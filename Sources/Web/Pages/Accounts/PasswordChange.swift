import Campaigns
import Persistence
import Logging
import HTTPTypes
import Hummingbird
import Vault

/// Changes a password, logs the user out everywhere else, and gives this browser a new session.
struct PasswordChange {
    let visit: Visit

    func answer() async throws -> Response {
        var form = Form(visit.form)
        let user = visit.user
        // The old password may be guessed here as well as at the login: the same limit holds.
        let wait = try await visit.site.database.write {
            try $0.tryOnce("password_change", by: "user \(user)", limit: Login.limit, within: Login.window)
        }
        guard wait == nil else {
            form.refuse(forNow: "Too many tries. Please wait a minute and try again.")
            return try await visit.page(PasswordPage(form: form).page, status: .tooManyRequests)
        }
        let stored = try await visit.site.database.read { try $0.user(user)?.passwordHash }
        if await !visit.site.passwords.verify(form["old_password"], against: stored) {
            form.refuse("old_password", "This is not your present password.")
        }
        let password = form["new_password1"]
        form.newPassword(
            "new_password1", again: "new_password2", names: [visit.session.userName, visit.session.email])
        guard form.isValid else {
            return try await visit.page(PasswordPage(form: form).page, status: .unprocessableContent)
        }
        guard let hash = await visit.site.passwords.hash(password, &form, for: "new_password1") else {
            return try await visit.page(PasswordPage(form: form).page, status: .unprocessableContent)
        }
        return try await store(hash)
    }

    private func store(_ hash: String) async throws -> Response {
        let token = Token()
        let csrf = Token().plaintext
        let flash = Flash.encoded([
            Flash(kind: .success, sentence: "Your password is changed, and every other session is logged out.")
        ])
        try await visit.site.database.write { [user = visit.user] tx in
            try tx.setPassword(of: user, hash: hash)
            try tx.removeSessions(of: user)
            try tx.addSession(tokenHash: token.hash, csrf: csrf, user: user, lifetime: SessionCookies.lifetime)
            try tx.setFlash(flash, tokenHash: token.hash)
        }
        visit.logger.info("Password changed", metadata: ["user.id": "\(visit.user)"])
        var response = visit.redirect(to: "/")
        let cookies = SessionCookies(visit.request, isSecure: visit.site.configuration.isSecure)
        response.headers.append(HTTPField(name: .setCookie, value: cookies.settingSession(token)))
        return response
    }
}

extension Form {
    /// Refuses a new password that must not be taken, or that was typed differently the second time.
    mutating func newPassword(_ field: String, again: String, names: [String]) {
        do { try PasswordRule.check(self[field], names: names) } catch {
            return refuse(field, sentence: error.userMessage)
        }
        if self[again] != self[field] { refuse(again, "The two passwords are not the same.") }
    }
}

extension Passwords {
    /// `nil` when it cannot be hashed: why is the field's problem then.
    func hash(_ password: String, _ form: inout Form, for field: String) async -> String? {
        do throws(PasswordProblem) {
            return try await hash(password)
        } catch {
            form.refuse(field, sentence: error.userMessage)
            return nil
        }
    }
}
