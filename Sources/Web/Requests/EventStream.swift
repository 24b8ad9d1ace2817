import Hummingbird
import NIOCore
import ServiceLifecycle

/// One message of a stream of server-sent events (HTML Standard §9.2).
struct ServerEvent: Sendable {
    /// What `data-sse-swap` names.
    var name: String
    var html: HTML
    /// Whether the stream ends after this one; the page then closes it instead of connecting again.
    var isLast = false
}

extension Visit {
    /// Sends what `next` gives, at once and then every `interval`, as long as it changes; ends when `next` gives a last
    /// event or nothing more, when the browser goes, or when the server shuts down. The page says
    /// `data-sse-close="done"`: an event of that name is the last one.
    func events(
        every interval: Duration = .seconds(1), _ next: @escaping @Sendable () async throws -> [ServerEvent]
    ) async throws -> Response {
        let stream = EventStream(
            rendering: Rendering(catalogue: exchange.catalogue, assets: site.assets, csrfToken: exchange.csrfToken),
            interval: interval, next: next)
        let streams = site.streams
        let user = user
        let body = request.body
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store",
                .init("X-Accel-Buffering")!: "no",
            ],
            body: ResponseBody { writer in
                // One tab too many stands as it was loaded: its page closes the stream at `done`.
                guard await streams.begin(user) else {
                    try await writer.write(ByteBuffer(string: "event: done\ndata:\n\n"))
                    return try await writer.finish(nil)
                }
                do {
                    try await body.consumeWithCancellationOnInboundClose { _ in try await stream.write(to: &writer) }
                } catch is CancellationError {
                    // The browser went away, or the server ends: both are as they should be.
                } catch {
                    await streams.end(user)
                    throw error
                }
                await streams.end(user)
                try await writer.finish(nil)
            })
    }
}

private struct EventStream: Sendable {
    let rendering: Rendering
    let interval: Duration
    let next: @Sendable () async throws -> [ServerEvent]

    func write(to writer: inout any ResponseBodyWriter) async throws {
        var sent: [String: [UInt8]] = [:]
        var quiet = Duration.zero
        while !Task.isShuttingDownGracefully {
            let events = try await next()
            if events.isEmpty { return }
            for event in events {
                let bytes = event.html.rendered(rendering)
                if sent[event.name] != bytes || event.isLast {
                    try await writer.write(Self.encoded(event.name, bytes))
                    sent[event.name] = bytes
                    quiet = .zero
                }
                if event.isLast { return }
            }
            // A proxy closes what is silent for long.
            quiet += interval
            if quiet > .seconds(20) {
                try await writer.write(ByteBuffer(string: ": still here\n\n"))
                quiet = .zero
            }
            try await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) }
        }
    }

    private static func encoded(_ name: String, _ bytes: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer(string: "event: \(name)\n")
        for line in bytes.split(separator: 10, omittingEmptySubsequences: false) {
            buffer.writeString("data: ")
            buffer.writeBytes(line.filter { $0 != 13 })
            buffer.writeString("\n")
        }
        buffer.writeString("\n")
        return buffer
    }
}
