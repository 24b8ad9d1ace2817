internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import TLS

/// A web server with TLS on a free port of an address of this machine, which answers every question with one text.
public struct PolicyServer: Sendable {
    public let port: Int
    private let channel: any Channel

    public static func start(
        _ text: String, status: Int = 200, type: String = "text/plain", certificate: TestCertificate,
        host: String = "127.0.0.1"
    ) async throws -> PolicyServer {
        let context = try certificate.serverContext()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(TLSHandler(server: context))
                    try child.pipeline.syncOperations.configureHTTPServerPipeline()
                    try child.pipeline.syncOperations.addHandler(
                        Answering(text: text, status: HTTPResponseStatus(statusCode: status), type: type))
                }
            }
            .bind(host: host, port: 0).get()
        return PolicyServer(port: channel.localAddress?.port ?? 0, channel: channel)
    }

    public func stop() async { try? await channel.close() }
}

private final class Answering: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let text: String
    private let status: HTTPResponseStatus
    private let type: String

    init(text: String, status: HTTPResponseStatus, type: String) {
        self.text = text
        self.status = status
        self.type = type
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        let body = context.channel.allocator.buffer(string: text)
        let headers: HTTPHeaders = ["Content-Type": type, "Content-Length": "\(body.readableBytes)"]
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
