import Campaigns
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Persistence
import Vault

/// The one door to all pages: finds the session, asks for a login, reads the form and checks its token. A handler is
/// called only when all of that holds.
struct Gate: Sendable {
    enum Body: Sendable {
        case none
        case form(limit: Int)
        /// - Parameters:
        ///   - limit: bytes of all of it; nil for what is configured.
        ///   - fieldLimit: bytes of the fields that are no files.
        case files(field: String, most: Int, limit: Int?, fieldLimit: Int)
    }

    let site: Site

    func member(
        _ request: Request, _ context: WebContext, body: Body, _ handler: (Visit) async throws -> Response
    ) async throws -> Response {
        let cookies = SessionCookies(request, isSecure: site.configuration.isSecure)
        guard let tokenHash = cookies.session?.hash,
            let session = try await site.database.read({ try $0.session(tokenHash: tokenHash) })
        else { return loginFirst(request) }
        let alive = try await keepAlive(session, tokenHash, cookies)
        let exchange = exchange(request, context, csrfToken: session.csrf)
        var response = try await receive(exchange, body) { exchange in
            try await handler(Visit(exchange: exchange, session: session, tokenHash: tokenHash))
        }
        if let alive { response.headers.append(HTTPField(name: .setCookie, value: alive)) }
        return response
    }

    func guest(
        _ request: Request, _ context: WebContext, body: Body, _ handler: (GuestVisit) async throws -> Response
    ) async throws -> Response {
        let cookies = SessionCookies(request, isSecure: site.configuration.isSecure)
        let tokenHash = cookies.session?.hash
        let session =
            if let tokenHash { try await site.database.read { try $0.session(tokenHash: tokenHash) } } else {
                SessionRow?.none
            }
        let guest = cookies.guest ?? Token()
        let csrfToken = session?.csrf ?? guestFormToken(guest)
        var response = try await receive(exchange(request, context, csrfToken: csrfToken), body) { exchange in
            try await handler(
                GuestVisit(exchange: exchange, session: session, tokenHash: session == nil ? nil : tokenHash))
        }
        if session == nil, cookies.guest == nil {
            response.headers.append(HTTPField(name: .setCookie, value: cookies.settingGuest(guest)))
        }
        return response
    }

    /// For links in mails: neither session nor cookie nor form token.
    func linked(
        _ request: Request, _ context: WebContext, body: Body, _ handler: (GuestVisit) async throws -> Response
    ) async throws -> Response {
        var exchange = exchange(request, context, csrfToken: "")
        if case .form(let limit) = body { exchange.form = try await FormReader(limit: limit).read(request) }
        return try await handler(GuestVisit(exchange: exchange, session: nil, tokenHash: nil))
    }

    /// For programs: a token instead of session, cookie and form token.
    func program(_ request: Request, _ context: WebContext, _ route: APIRoute) async throws -> Response {
        try await APIDoor(site: site).answer(exchange(request, context, csrfToken: ""), route)
    }

    /// What the forms of somebody without a session carry: bound to a cookie, without a row in the database, so that
    /// strangers cannot fill it.
    private func guestFormToken(_ guest: Token) -> String {
        Base64URL.encode(site.signer.code(.csrf, Array(guest.plaintext.utf8)))
    }

    private func exchange(_ request: Request, _ context: WebContext, csrfToken: String) -> Exchange {
        Exchange(
            site: site, request: request, context: context,
            query: FormData(urlEncoded: (request.uri.query ?? "").utf8),
            catalogue: site.languages.best(for: request.headers[.acceptLanguage]), csrfToken: csrfToken)
    }

    /// Writes at most once an hour; a session lives on for its whole time from then.
    private func keepAlive(_ session: SessionRow, _ hash: [UInt8], _ cookies: SessionCookies) async throws -> String? {
        let age = Date().timeIntervalSince1970 - session.seenAt.secondsSince1970
        guard age > 3600 else { return nil }
        try await site.database.write { try $0.touchSession(tokenHash: hash, lifetime: SessionCookies.lifetime) }
        return cookies.session.map(cookies.settingSession)
    }

    /// Leads back to the page that was asked for, or from which the form came that is not taken now.
    private func loginFirst(_ request: Request) -> Response {
        let isPartial = request.headers[.hxRequest] == "true"
        let isPage = request.method == .get && !isPartial
        let path = isPage ? request.head.path : FormPage(request).path
        var query = FormData()
        if let path, path != "/" { query.set(path, for: "next") }
        if !isPage, !isPartial { query.set("yes", for: "unsent") }
        let login = "/accounts/login/" + (query.query.isEmpty ? "" : "?" + query.query)
        if isPartial { return Response(status: .noContent, headers: [.hxRedirect: login]) }
        return .redirect(to: login, type: .found)
    }

    private func receive(
        _ exchange: Exchange, _ body: Body, _ handler: (Exchange) async throws -> Response
    ) async throws -> Response {
        var exchange = exchange
        let check = FormToken(expected: exchange.csrfToken, siteURL: site.configuration.siteURL)
        switch body {
        case .none: return try await handler(exchange)
        case .form(let limit):
            try check.checkOrigin(exchange.request)
            exchange.form = try await FormReader(limit: limit).read(exchange.request)
            try check.check(field: exchange.form["csrfmiddlewaretoken"], exchange.request)
            exchange.form.remove("csrfmiddlewaretoken")
            return try await handler(exchange)
        case .files(let field, let most, let limit, let fieldLimit):
            try check.checkOrigin(exchange.request)
            let receiver = UploadReceiver(
                field: field, folder: site.configuration.uploadsFolder,
                limit: limit ?? site.configuration.uploadLimit, mostFiles: most, fieldLimit: fieldLimit)
            let (form, files) = try await receiver.receiveAll(exchange.request) {
                try check.check(field: $0, exchange.request)
            }
            defer { for file in files { file.removeUnlessKept() } }
            exchange.form = form
            exchange.files = files
            return try await handler(exchange)
        }
    }
}
