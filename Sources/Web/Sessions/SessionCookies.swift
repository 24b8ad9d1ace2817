import HTTPTypes
import Hummingbird
import Vault

/// The three cookies: who is logged in; for whoever is not, what the forms are bound to; and that somebody has logged in
/// with this browser before (``LoginTries``). Over https their names have
/// the prefix `__Host-`, so that no neighbouring domain can set them.
struct SessionCookies: Sendable {
    /// How long a session lives after it was last used.
    static let lifetime = Duration.seconds(14 * 86_400)

    let session: Token?
    let guest: Token?
    /// As the browser sent it, unchecked.
    let known: String
    private let isSecure: Bool

    init(_ request: Request, isSecure: Bool) {
        self.isSecure = isSecure
        var found: [Substring: Substring] = [:]
        for header in request.headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { continue }
                let name = parts[0].drop { $0 == " " }
                if found[name] == nil { found[name] = parts[1] }
            }
        }
        session = found[Self.name("session", isSecure)[...]].flatMap { Token($0) }
        known = String(found[Self.name("known", isSecure)[...]] ?? "")
        guest = found[Self.name("guest", isSecure)[...]].flatMap { Token($0) }
    }

    /// The Set-Cookie value that begins or prolongs a session.
    func settingSession(_ token: Token) -> String {
        cookie("session", token.plaintext, maxAge: Int(Self.lifetime.components.seconds))
    }

    func removingSession() -> String { cookie("session", "", maxAge: 0) }

    /// Lasts until the browser is closed.
    func settingGuest(_ token: Token) -> String { cookie("guest", token.plaintext, maxAge: nil) }

    /// Lasts for half a year after the last login.
    func settingKnown(_ token: String) -> String { cookie("known", token, maxAge: 180 * 86_400) }

    private static func name(_ name: String, _ isSecure: Bool) -> String {
        (isSecure ? "__Host-martlet_" : "martlet_") + name
    }

    private func cookie(_ name: String, _ value: String, maxAge: Int?) -> String {
        "\(Self.name(name, isSecure))=\(value); Path=/; HttpOnly; SameSite=Lax"
            + (maxAge.map { "; Max-Age=\($0)" } ?? "") + (isSecure ? "; Secure" : "")
    }
}
