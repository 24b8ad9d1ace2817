import NIOCore
import NIOHTTP1

/// The first who sees the requests of a connection: what ``TrackingDesk`` knows is answered here, on the connection's event
/// loop, without a task, a router or a response of its own. Everything else goes on as if this were not there.
///
/// Answers stay in the order of their requests, because nothing is answered here while an earlier request is with others.
/// Whoever does not read answers is not written to here either: the routes wait until there is room, and read nothing more
/// meanwhile.
final class TrackingHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let desk: TrackingDesk
    /// Requests that were passed on and are not answered to their end.
    private var passedOn = 0
    /// Whether what comes still belongs to a request that was answered here.
    private var isSkipping = false
    private var hasWritten = false
    /// Of the last one who asked, and the proxies between: mostly the next one's as well.
    private var network: (proxies: String, text: String)?

    init(desk: TrackingDesk) { self.desk = desk }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            if let answer = answer(to: head, context) {
                isSkipping = true
                write(answer, isLast: !head.isKeepAlive, context)
            } else {
                passedOn += 1
                context.fireChannelRead(data)
            }
        case .body where isSkipping: break
        case .end where isSkipping: isSkipping = false
        case .body, .end: context.fireChannelRead(data)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if hasWritten {
            hasWritten = false
            context.flush()
        }
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { passedOn -= 1 }
        context.write(data, promise: promise)
    }

    private func answer(to head: HTTPRequestHead, _ context: ChannelHandlerContext) -> TrackingDesk.Answer? {
        guard passedOn == 0, context.channel.isWritable, head.version == .http1_1 || !head.isKeepAlive else {
            return nil
        }
        return desk.answer(to: head) { networkOfReader(head, context) }
    }

    private func networkOfReader(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) -> String {
        let proxies = head.headers["X-Forwarded-For"].joined(separator: ",")
        if let network, network.proxies == proxies { return network.text }
        let text = desk.network(peer: context.remoteAddress, forwardedFor: proxies)
        network = (proxies, text)
        return text
    }

    private func write(_ answer: TrackingDesk.Answer, isLast: Bool, _ context: ChannelHandlerContext) {
        var head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: answer.headers)
        if isLast { head.headers.add(name: "Connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body = answer.body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        guard isLast else {
            context.write(wrapOutboundOut(.end(nil)), promise: nil)
            return hasWritten = true
        }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }
}
