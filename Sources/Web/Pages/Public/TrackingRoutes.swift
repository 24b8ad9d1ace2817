import Campaigns
import HTTPTypes
import Hummingbird
import NIOCore
import Persistence
import Vault

/// What the mails of a campaign ask for by themselves or lead through: the picture that tells an opening, and links.
/// No cookie, no session, nothing is kept by browsers; nobody waits until it is written.
func addTrackingRoutes(to routes: Routes, site: Site) {
    routes.tokenGet("/track/pixel/{token}/") { request, context in
        site.desk.notePixel(context.parameters.get("token") ?? "", site.reader(request, context))
        return Response(status: .ok, headers: Pixel.headers, body: ResponseBody(byteBuffer: Pixel.bytes))
    }
    routes.publicGet("/track/click/{token}/") { visit in LinkFollowing(visit: visit).answer() }
}

/// The picture: one transparent dot.
enum Pixel {
    /// GIF89a, 1 × 1.
    static let bytes = ByteBuffer(bytes: [
        0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0x21, 0xF9, 4, 1, 0, 0,
        0, 0,
        0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B,
    ])

    static let headers: HTTPFields = [
        .contentType: "image/gif", .cacheControl: "no-store, private, max-age=0",
        .crossOriginResourcePolicy: "cross-origin",
    ]
}

/// Leads on to where a link of a mail leads, by our own table.
struct LinkFollowing {
    /// All but where to.
    static let headers: HTTPFields = [.cacheControl: "no-store, private, max-age=0", .robots: "noindex, nofollow"]

    let visit: GuestVisit

    func answer() -> Response {
        let (site, context) = (visit.site, visit.exchange.context)
        guard let numbers = site.links.click(in: context.parameters.get("token") ?? "") else { return refuse() }
        switch site.tracking.targets.known(numbers) {
        case .leads(let address):
            site.desk.noteClick(numbers, site.reader(visit.request, context))
            return lead(to: address)
        case .nowhere: return refuse()
        case .unknown:
            site.tracking.targets.ask(numbers)
            return comeAgain()
        }
    }

    private func lead(to address: String) -> Response {
        var headers = Self.headers
        headers[.location] = address
        return Response(status: .found, headers: headers)
    }

    /// The database is looked at meanwhile, mostly for a millisecond: browsers come again at once, and where that takes too
    /// long after a second each. Nothing is counted until the link leads on.
    private func comeAgain() -> Response {
        let tries = Int(visit.exchange.query[Self.tries]) ?? 0
        guard tries >= Self.quickTries else { return lead(to: "?\(Self.tries)=\(max(0, tries) + 1)") }
        var response = visit.page(
            Page(
                title: "One moment, please", masthead: .sender(nil),
                body: """
                    <p>\(t: "We are looking up where this link leads. This page goes on by itself.")</p>
                    """), status: .serviceUnavailable)
        for field in Self.headers { response.headers[field.name] = field.value }
        response.headers[.retryAfter] = "1"
        response.headers[.refresh] = "1"
        return response
    }

    private static let tries = "try"
    private static let quickTries = 4

    private func refuse() -> Response {
        visit.page(
            Page(
                title: "This link leads nowhere", masthead: .sender(nil),
                body: """
                    <p>\(t: "It may be incomplete, or its sender has deleted the mail. Please open it in the mail again, or copy all of it.")</p>
                    """), status: .notFound)
    }
}

extension Site {
    fileprivate func reader(_ request: Request, _ context: WebContext) -> Reader {
        desk.reader(
            peer: context.remoteAddress, forwardedFor: request.headers[.forwardedFor], isHead: request.method == .head
        ) { request.headers[$0] }
    }
}

extension HTTPField.Name {
    fileprivate static let crossOriginResourcePolicy = Self("Cross-Origin-Resource-Policy")!
    fileprivate static let refresh = Self("Refresh")!
    fileprivate static let robots = Self("X-Robots-Tag")!
}
