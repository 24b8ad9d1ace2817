import NIOCore
import NIOHTTP1

/// Closes a connection on which nothing happens for a while: nothing or half a request has come, or somebody asked and
/// does not take the answer. Each would otherwise keep its place for ever, and the answer its task and its file. Who only
/// waits for an answer stays. Behind an `IdleStateHandler` with the same patience.
final class IdleConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Longer than proxies keep what they do not use, so that it is they who close.
    static let patience = TimeAmount.seconds(75)

    private let patience: TimeAmount
    private var unanswered = 0
    private var isReading = false
    /// The next look at a connection that takes nothing more.
    private var look: Scheduled<Void>?

    init(patience: TimeAmount = IdleConnectionHandler.patience) { self.patience = patience }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: (unanswered, isReading) = (unanswered + 1, true)
        case .body: break
        case .end: isReading = false
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { unanswered -= 1 }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case IdleStateHandler.IdleStateEvent.read = event else {
            return context.fireUserInboundEventTriggered(event)
        }
        if unanswered == 0 || isReading { context.close(promise: nil) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        look?.cancel()
        look = nil
        if !context.channel.isWritable { lookLater(context) }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        look?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { look?.cancel() }

    /// Closes the connection when not one octet of what waits has gone by then. A slow reader stays: for it, some have.
    private func lookLater(_ context: ChannelHandlerContext) {
        let before = Self.waiting(context)
        look = context.eventLoop.assumeIsolated().scheduleTask(in: patience) {
            if Self.waiting(context) >= before { context.close(promise: nil) } else { self.lookLater(context) }
        }
    }

    /// Octets that the kernel has not taken yet.
    private static func waiting(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
