import HTTPTypes
import Hummingbird

/// Checks the host of each request and puts the security headers on each answer, errors and files included.
struct Doorkeeper: RouterMiddleware {
    private let hosts: AllowedHosts
    private let isSecure: Bool

    init(_ configuration: WebConfiguration) {
        hosts = AllowedHosts(configuration.allowedHosts)
        isSecure = configuration.isSecure
    }

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        // Those who watch the server from inside its network know it by other names.
        if hosts.allows(request.head.authority) || ["/health", "/ready"].contains(request.uri.path) {
            response = try await next(request, context)
        } else {
            response = Response(
                status: .badRequest, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(
                    byteBuffer: ByteBuffer(
                        string: "This server does not answer for that host name. Add it to ALLOWED_HOSTS.\n")))
        }
        ContentPolicy.standard.apply(to: &response.headers, isSecure: isSecure)
        return response
    }
}
