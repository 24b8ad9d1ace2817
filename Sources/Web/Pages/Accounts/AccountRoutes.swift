import Persistence
import Hummingbird
import Vault

/// Register, log in, log out, change the password: djangoMailer's addresses and field names.
func addAccountRoutes(to routes: Routes) {
    routes.openGet("/accounts/login/") { visit in
        if visit.session != nil { return visit.redirect(to: SafePath(visit.query["next"]).path) }
        let page = LoginPage(
            form: Form(visit.query), next: visit.query["next"], canRegister: visit.canRegister,
            isUnsent: visit.query["unsent"] == "yes")
        return page.answer(visit)
    }
    routes.openPost("/accounts/login/") { visit in try await Login(visit: visit).answer() }
    routes.openGet("/accounts/register/") { visit in
        if visit.session != nil { return visit.redirect(to: "/") }
        return RegistrationPage(form: Form(), isOpen: try await visit.isRegistrationOpen()).answer(visit)
    }
    routes.openPost("/accounts/register/") { visit in try await Registration(visit: visit).answer() }
    routes.post("/accounts/logout/") { visit in
        try await visit.site.database.write { [hash = visit.tokenHash] in try $0.removeSession(tokenHash: hash) }
        var response = visit.redirect(to: "/accounts/login/")
        let cookies = SessionCookies(visit.request, isSecure: visit.site.configuration.isSecure)
        response.headers.append(.init(name: .setCookie, value: cookies.removingSession()))
        return response
    }
    routes.get("/accounts/password_change/") { visit in try await visit.page(PasswordPage(form: Form()).page) }
    routes.post("/accounts/password_change/") { visit in try await PasswordChange(visit: visit).answer() }
}

extension GuestVisit {
    var canRegister: Bool { site.configuration.allowsRegistration }

    /// Registration may be closed; the first user of an installation can always register.
    func isRegistrationOpen() async throws -> Bool {
        if canRegister { return true }
        return try await !site.database.read { try $0.hasUsers() }
    }

    /// Who tries: what the limits are counted by.
    var clientSubject: String {
        site.clientAddress.subject(
            peer: exchange.context.remoteAddress, forwardedFor: request.headers[.forwardedFor])
    }
}

/// Where to go after a login. Only paths of this site: `//evil.example`, `/\evil.example` and whole addresses are not.
struct SafePath {
    let path: String

    init(_ wanted: String) {
        let isOurs =
            wanted.utf8.first == UInt8(ascii: "/") && wanted.utf8.count <= 2000
            && !wanted.hasPrefix("//") && !wanted.contains("\\")
            && wanted.utf8.allSatisfy { $0 > 32 && $0 < 127 } && !wanted.hasPrefix("/accounts/")
        path = isOurs ? wanted : "/"
    }
}
