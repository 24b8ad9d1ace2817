import HTTPTypes
import Hummingbird
import Persistence
import Vault

/// The API and its description.
func addAPIRoutes(to routes: Routes, site: Site) {
    for route in APIRoute.all { routes.api(route) }
    let document = OpenAPI(routes: APIRoute.all, version: site.configuration.version).document.encoded
    routes.plain(APIRoute.root + "/openapi.json") { _, _ in
        Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-cache"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: document)))
    }
}

extension APIToken {
    /// Before the random part: tells people, and programs that look for lost secrets, what it is.
    private static let mark = "martlet_"

    /// What is shown once, when the token is made.
    static func shown(_ secret: Token) -> String { mark + secret.plaintext }

    /// The secret in a text that came from outside; nil if it cannot be one of ours.
    static func secret(_ text: String) -> Token? { text.hasPrefix(mark) ? Token(text.dropFirst(mark.count)) : nil }
}
