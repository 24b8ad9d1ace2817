import HTTPTypes
import Hummingbird
import Logging

/// Writes one line for each request: the route's pattern, never the path or query, which may hold what is private.
struct RequestLog: RouterMiddleware {
    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let clock = ContinuousClock()
        let start = clock.now
        var response = try await next(request, context)
        response.headers[.requestID] = context.requestID
        let (seconds, attoseconds) = (clock.now - start).components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        context.logger.log(
            level: Self.isQuiet(context.endpointPath) ? .debug : .info,
            "Request answered",
            metadata: [
                "http.method": "\(request.method.rawValue)", "http.route": "\(context.endpointPath ?? "none")",
                "http.status": "\(response.status.code)", "http.milliseconds": "\(milliseconds)",
            ])
        return response
    }

    /// What programs ask for all the time.
    private static func isQuiet(_ path: String?) -> Bool {
        path == "/health" || path == "/ready" || path?.hasPrefix("/track/") == true
    }
}

extension HTTPField.Name {
    static let requestID = Self("X-Request-ID")!
}
