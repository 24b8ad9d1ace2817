import Campaigns
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// One request and what is known about it, whoever made it.
struct Exchange: Sendable {
    let site: Site
    let request: Request
    let context: WebContext
    let query: FormData
    /// The fields that were posted; empty for GET. The form token has been checked when a handler sees them.
    var form = FormData()
    /// The files of an upload route, already on disk.
    var files: [UploadedFile] = []
    var file: UploadedFile? { files.first }
    let catalogue: Catalogue
    /// What forms on this page carry.
    var csrfToken: String
}

/// What handlers ask of a request.
protocol Exchanging: Sendable {
    var exchange: Exchange { get }
}

extension Exchanging {
    var site: Site { exchange.site }
    var request: Request { exchange.request }
    var logger: Logger { exchange.context.logger }
    /// The query of the address: `visit.query["q"]` is "" when it is not there.
    var query: FormData { exchange.query }
    /// The posted fields: `visit.form["name"]` is "" when it is not there.
    var form: FormData { exchange.form }
    /// The path and query that were asked for, to come back to.
    var path: String { exchange.request.head.path ?? "/" }
    /// Whether htmx asks for a part of a page.
    var isPartial: Bool {
        exchange.request.headers[.hxRequest] == "true" && exchange.request.headers[.hxBoosted] == nil
    }

    /// The id in the address, `/recipients/{id}/`. What cannot be an id reads as not found.
    func id<ID: Identifier>(_ name: String = "id", as type: ID.Type = ID.self) throws -> ID {
        guard let id = ID(exchange.context.parameters.get(name) ?? "") else { throw Refusal.notFound }
        return id
    }

    /// The id in a posted field. What cannot be an id reads as not found.
    func formID<ID: Identifier>(_ name: String, as type: ID.Type = ID.self) throws -> ID {
        guard let id = ID(form[name]) else { throw Refusal.notFound }
        return id
    }

    func redirect(to path: String) -> Response {
        if exchange.request.headers[.hxRequest] == "true" {
            return Response(status: .noContent, headers: [.hxRedirect: path])
        }
        return .redirect(to: path)
    }

    /// A part of a page, for htmx.
    func part(_ html: HTML, status: HTTPResponse.Status = .ok) -> Response { respond(html, status: status) }

    func respond(_ html: HTML, status: HTTPResponse.Status = .ok, policy: ContentPolicy = .standard) -> Response {
        let rendering = Rendering(
            catalogue: exchange.catalogue, assets: site.assets, csrfToken: exchange.csrfToken)
        var response = Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "private, no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: html.rendered(rendering))))
        response.headers[.vary] = "HX-Request, Cookie"
        policy.apply(to: &response.headers, isSecure: site.configuration.isSecure)
        return response
    }

    /// A file to keep, written as it is made.
    func download(
        named name: String, contentType: String,
        _ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void
    ) -> Response {
        let ascii = String(
            name.unicodeScalars.map { $0.isASCII && $0.value > 31 && $0 != "\"" && $0 != "\\" ? Character($0) : "_" })
        return Response(
            status: .ok,
            headers: [
                .contentType: contentType, .cacheControl: "private, no-store",
                .contentDisposition: "attachment; filename=\"\(ascii)\"; filename*=UTF-8''\(FormData.encoded(name))",
            ],
            body: ResponseBody { writer in
                try await write(&writer)
                try await writer.finish(nil)
            })
    }

    /// Says something without leaving the page, in answer to an htmx request.
    func toast(_ sentence: Phrase, as kind: Flash.Kind = .success) -> Response {
        var response = respond(Toast(Flash(kind: kind, sentence: sentence)).html)
        response.headers[.hxRetarget] = "#toaster"
        response.headers[.hxReswap] = "beforeend"
        return response
    }
}

extension HTTPField.Name {
    static let hxRequest = Self("HX-Request")!
    static let hxCurrentURL = Self("HX-Current-URL")!
    static let hxBoosted = Self("HX-Boosted")!
    static let hxRedirect = Self("HX-Redirect")!
    static let hxRetarget = Self("HX-Retarget")!
    static let hxReswap = Self("HX-Reswap")!
    static let hxTrigger = Self("HX-Trigger")!
    static let csrfToken = Self("X-CSRFToken")!
    static let forwardedFor = Self("X-Forwarded-For")!
    static let secFetchSite = Self("Sec-Fetch-Site")!
}
