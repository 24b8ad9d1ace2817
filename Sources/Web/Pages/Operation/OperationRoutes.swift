import Persistence
import Logging
import Hummingbird
import NIOCore

/// For whoever watches the server, and the files of the pages.
func addOperationRoutes(to routes: Routes, site: Site) {
    let text = { @Sendable (text: String, status: HTTPResponse.Status) in
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text + "\n")))
    }
    // The process answers.
    routes.plain("/health") { _, _ in text("ok", .ok) }
    // The process can work: its database answers too.
    routes.plain("/ready") { _, context in
        do {
            _ = try await site.database.read { try $0.now }
            return text("ready", .ok)
        } catch {
            context.logger.error("Database unavailable", metadata: ["error": "\(error)"])
            return text("the database does not answer", .serviceUnavailable)
        }
    }
    routes.plain("/metrics") { request, _ in try await MetricsPage(site: site).answer(request) }
    let files = StaticFiles(assets: site.assets)
    routes.plain("/static/**") { request, _ in
        try files.respond(String(request.uri.path.dropFirst("/static/".count)), request)
    }
    routes.plain("/favicon.ico") { request, _ in try files.respond("favicon.svg", request) }
}
