import HTTPTypes
import Hummingbird

/// Where pages are registered. Every route goes through the one ``Gate``: session, login, form token.
///
///     routes.get("/recipients/{id}/") { visit in … }
///     routes.post("/recipients/{id}/delete/") { visit in … visit.form["name"] … }
///
/// Paths end with a slash, as djangoMailer's do; both forms are answered.
final class Routes {
    /// One way in: for the tests that walk through all of them.
    struct Entry: Sendable, Hashable {
        var method: HTTPRequest.Method
        var path: String
        var access: Access
    }

    private let router: Router<WebContext>
    private let gate: Gate
    private(set) var entries: [Entry] = []

    init(router: Router<WebContext>, site: Site) {
        self.router = router
        gate = Gate(site: site)
    }

    /// The largest form that is read where nothing else is said, in bytes.
    static let formLimit = 1 << 20

    func get(_ path: String, _ handler: @escaping @Sendable (Visit) async throws -> Response) {
        add(.get, path, .member) { gate in { try await gate.member($0, $1, body: .none, handler) } }
    }

    /// - Parameter limit: the largest form, in bytes.
    func post(
        _ path: String, limit: Int = Routes.formLimit, _ handler: @escaping @Sendable (Visit) async throws -> Response
    ) {
        add(.post, path, .member) { gate in { try await gate.member($0, $1, body: .form(limit: limit), handler) } }
    }

    /// A form with one file, which is on disk (`visit.exchange.file`) before the handler is called, and is removed
    /// after it unless the handler keeps it. The form token must be the form's first field.
    ///
    /// - Parameters:
    ///   - most: how many files of that field are taken.
    ///   - limit: bytes of the whole form; nil for what is configured for uploads.
    ///   - fieldLimit: bytes of its other fields.
    func upload(
        _ path: String, file field: String, most: Int = 1, limit: Int? = nil, fieldLimit: Int = Routes.formLimit,
        _ handler: @escaping @Sendable (Visit) async throws -> Response
    ) {
        add(.post, path, .member) { gate in
            {
                try await gate.member(
                    $0, $1, body: .files(field: field, most: most, limit: limit, fieldLimit: fieldLimit), handler)
            }
        }
    }

    /// A page that needs no login.
    func openGet(_ path: String, _ handler: @escaping @Sendable (GuestVisit) async throws -> Response) {
        add(.get, path, .open) { gate in { try await gate.guest($0, $1, body: .none, handler) } }
    }

    func openPost(_ path: String, _ handler: @escaping @Sendable (GuestVisit) async throws -> Response) {
        add(.post, path, .open) { gate in { try await gate.guest($0, $1, body: .form(limit: Self.formLimit), handler) }
        }
    }

    /// A page behind a link in a mail: its token is the permission, so there is no session and no cookie.
    func publicGet(_ path: String, _ handler: @escaping @Sendable (GuestVisit) async throws -> Response) {
        add(.get, path, .token) { gate in { try await gate.linked($0, $1, body: .none, handler) } }
    }

    /// A form behind a link in a mail. Mail programs post it by themselves (RFC 8058), from anywhere and without cookies:
    /// a form token could protect nothing here.
    func publicPost(_ path: String, _ handler: @escaping @Sendable (GuestVisit) async throws -> Response) {
        add(.post, path, .token) { gate in
            { try await gate.linked($0, $1, body: .form(limit: Self.publicFormLimit), handler) }
        }
    }

    /// The same without a page: only the token in the address counts.
    func tokenGet(_ path: String, _ handler: @escaping @Sendable (Request, WebContext) async throws -> Response) {
        add(.get, path, .token) { _ in handler }
    }

    /// Bytes of a form that anybody may send.
    static let publicFormLimit = 16 << 10

    /// A way into the API, for programs with a token.
    func api(_ route: APIRoute) {
        add(route.method, APIRoute.root + route.path, .bearer) { gate in { try await gate.program($0, $1, route) } }
    }

    /// Something without pages or sessions, such as `/health`.
    func plain(_ path: String, _ handler: @escaping @Sendable (Request, WebContext) async throws -> Response) {
        add(.get, path, .plain) { _ in handler }
    }

    private func add(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access,
        _ handler: (Gate) -> @Sendable (Request, WebContext) async throws -> Response
    ) {
        entries.append(Entry(method: method, path: path, access: access))
        router.on(RouterPath(path), method: method, use: handler(gate))
    }

    /// Answers every other method of a known path with 405 (RFC 9110 §15.5.6). To be called when all are there.
    func refuseOtherMethods() {
        let known = Dictionary(grouping: entries) { RouterPath($0.path).description }
        for (path, entries) in known {
            let methods = Set(entries.map(\.method))
            let allow = (methods.map(\.rawValue) + (methods.contains(.get) ? ["HEAD"] : [])).sorted()
            for method: HTTPRequest.Method in [.get, .post, .put, .patch, .delete, .options]
            where !methods.contains(method) {
                router.on(RouterPath(path), method: method) { _, _ -> Response in
                    throw Refusal.methodNotAllowed(allow: allow)
                }
            }
        }
    }
}

/// Who may use a route.
enum Access: Sendable, Hashable {
    /// Whoever is logged in.
    case member
    /// Anybody.
    case open
    /// Anybody, without session and form token: only for GET.
    case plain
    /// Whoever has a link of ours: the token in the address is the permission.
    case token
    /// Programs with a token of an account; no cookie counts.
    case bearer
}
