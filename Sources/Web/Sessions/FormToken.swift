import Digests
import Foundation
import HTTPTypes
import Hummingbird
import Vault

/// Shows that a form came from a page of ours (CSRF): the browser says so, and the form carries the session's token.
struct FormToken: Sendable {
    let expected: String
    let siteURL: String

    /// Refuses what the browser itself says comes from elsewhere (Fetch Metadata; Origin, RFC 6454 §7). Old browsers
    /// and programs send neither: the token alone decides then.
    func checkOrigin(_ request: Request) throws {
        if let site = request.headers[.secFetchSite] {
            guard site == "same-origin" || site == "none" else { throw Refusal.badFormToken }
        }
        if let origin = request.headers[.origin] {
            let host = request.head.authority ?? ""
            let own = ["http://\(host)", "https://\(host)", siteURL].map { $0.lowercased() }
            guard own.contains(origin.lowercased()) else { throw Refusal.badFormToken }
        }
    }

    /// The field `csrfmiddlewaretoken`, or the header `X-CSRFToken` of a script, must be the session's.
    func check(field: String, _ request: Request) throws {
        let given = field.isEmpty ? request.headers[.csrfToken] ?? "" : field
        guard !expected.isEmpty, constantTimeEquals(given.utf8, expected.utf8) else {
            throw Refusal.badFormToken
        }
    }
}
