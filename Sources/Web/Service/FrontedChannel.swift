import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Hummingbird's HTTP/1.1 with a ``TrackingHandler`` in front of it, and an end to connections that nobody uses.
///
/// Both stand before Hummingbird's own handlers, whose types for requests and answers cost more than the picture does.
struct FrontedChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private let http: HTTP1Channel
    private let desk: TrackingDesk

    private let patience: TimeAmount

    /// - Parameter patience: how long a connection may do nothing.
    init(responder: @escaping HTTPChannelHandler.Responder, desk: TrackingDesk, patience: TimeAmount) {
        http = HTTP1Channel(responder: responder)
        self.desk = desk
        self.patience = patience
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        http.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandlers(
                IdleStateHandler(readTimeout: patience), IdleConnectionHandler(patience: patience),
                TrackingHandler(desk: desk), position: .after(decoder))
            return value
        }
    }

    func handle(value: Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}
