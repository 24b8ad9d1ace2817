import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Persistence

/// Turns what a handler throws into a page, into a message beside the page for a request of htmx, or into JSON for the API.
/// What was not
/// expected is logged with a reference, and the person reads only that.
struct ErrorPages: RouterMiddleware {
    let site: Site

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as CancellationError {
            throw error
        } catch {
            if request.uri.path.hasPrefix("/api/") {
                let problem = error as? APIProblem ?? APIProblem(refusal(for: error, context))
                return problem.response(site.languages.best(for: request.headers[.acceptLanguage]))
            }
            return answer(refusal(for: error, context), request, context)
        }
    }

    private func refusal(for error: any Error, _ context: WebContext) -> Refusal {
        switch error {
        case let refusal as Refusal: return refusal
        case let error as HTTPError: return Self.refusal(status: error.status)
        case is NIOTooManyBytesError: return .tooLarge(limit: Routes.formLimit)
        case let fault as DatabaseFault where fault.isOutage:
            context.logger.error("Database unavailable", metadata: ["error": "\(fault)"])
            return .unavailable(Phrase(sentence: fault.publicMessage))
        case let problem as UploadProblem:
            context.logger.error("Upload failed", metadata: ["error": "\(problem)"])
            return Refusal(
                status: .init(code: 507, reasonPhrase: "Insufficient Storage"), title: "The file could not be kept",
                sentence: Phrase(sentence: problem.userMessage))
        default:
            context.logger.error(
                "Unexpected error",
                metadata: [
                    "error": "\(error)", "error.type": "\(type(of: error))", "error.reference": "\(context.reference)",
                ])
            return Refusal(
                status: .internalServerError, title: "Something went wrong",
                sentence: """
                    Something went wrong (reference \(context.reference)). Please try again; whoever runs this server \
                    finds the reference in its log.
                    """)
        }
    }

    private static let wayBack: HTML =
        """
        <p class="mt-4"><a class="btn" href="/">\(icon: "arrow-left")\(t: "To the dashboard")</a></p>
        """

    /// Whether somebody came from a mail: whoever reads one has no dashboard.
    private static func isForReaders(_ request: Request) -> Bool {
        ["/track/", "/unsubscribe/", "/resubscribe/", "/view/"].contains { request.uri.path.hasPrefix($0) }
    }

    private static func refusal(status: HTTPResponse.Status) -> Refusal {
        switch status.code {
        case 404: .notFound
        case 405: .methodNotAllowed(allow: [])
        case 413: .tooLarge(limit: Routes.formLimit)
        default:
            Refusal(
                status: status, title: "That did not work",
                sentence: "The request could not be answered. Go back and try again.")
        }
    }

    private func answer(_ refusal: Refusal, _ request: Request, _ context: WebContext) -> Response {
        let exchange = Exchange(
            site: site, request: request, context: context, query: FormData(),
            catalogue: site.languages.best(for: request.headers[.acceptLanguage]), csrfToken: "")
        let visit = GuestVisit(exchange: exchange, session: nil, tokenHash: nil)
        var response: Response
        if request.headers[.hxRequest] == "true" {
            response = visit.toast(refusal.sentence, as: .error)
            response.status = refusal.status
        } else {
            let back = refusal.isUnsent ? FormPage(request).path : nil
            let page = Page(
                title: refusal.title, masthead: Self.isForReaders(request) ? .sender(nil) : .product,
                body: """
                    <p\(if: back != nil, " data-unsent")>\(t: refusal.sentence)</p>
                    \(back.map { """
                        <p class="mt-4"><a class="btn" href="\($0)">\(icon: "arrow-left")\(t: "Back to the form")</a></p>
                        """ as HTML } ?? (Self.isForReaders(request) ? "" : Self.wayBack))
                    """)
            response = visit.page(page, status: refusal.status)
        }
        for field in refusal.headers { response.headers.append(field) }
        return response
    }
}
