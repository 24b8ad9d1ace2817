internal import Logging
internal import NIOCore
internal import TLS

/// Told to all connections when the server stops.
struct ServerEnds: Sendable {}

/// One connection: bytes to the dialogue, its actions to the socket, and a limit for everything that takes time.
final class ReceivingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let desk: ReturnDesk
    private let book: ConnectionBook
    private let limits: ReceivingLimits
    private let tls: TLSContext?
    private var dialogue: ReceivingDialogue
    private var input = ByteBuffer()
    private var context: ChannelHandlerContext?
    private var deadline: Scheduled<Void>?
    /// A mail is being written down.
    private var isBusy = false
    private var isEnding = false
    private var isClosed = false

    init(desk: ReturnDesk, book: ConnectionBook, limits: ReceivingLimits, name: String, tls: TLSContext?) {
        self.desk = desk
        self.book = book
        self.limits = limits
        self.tls = tls
        dialogue = ReceivingDialogue(name: name, limits: limits, offersTLS: tls != nil) { desk.address($0) }
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        guard book.open(context.channel) else {
            return end("421 4.7.0 Too many connections", because: .connections)
        }
        say(dialogue.greeting)
        context.flush()
        wait()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        deadline?.cancel()
        book.close(context.channel)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        desk.logger.debug("Connection for returned mail broken", metadata: ["error": "\(error)"])
        isClosed = true
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosed else { return }
        var buffer = unwrapInboundIn(data)
        input.writeBuffer(&buffer)
        process()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ServerEnds else { return context.fireUserInboundEventTriggered(event) }
        isEnding = true
        if !isBusy { end("421 4.3.2 Stopping; try again", because: nil) }
    }

    // MARK: The dialogue

    private func process() {
        var hasActed = false
        while !isBusy, !isClosed, let action = dialogue.next(&input) {
            hasActed = true
            perform(action)
        }
        if !isClosed, input.readableBytes == 0 { input.clear(minimumCapacity: 0) }
        context?.flush()
        if hasActed, !isBusy, !isClosed { wait() }
    }

    private func perform(_ action: ReceivingDialogue.Action) {
        switch action {
        case .say(let reply):
            if reply.hasPrefix("550 5.1.1") { desk.figures.count(.address) }
            if reply.hasPrefix("552") { desk.figures.count(.size) }
            say(reply)
        case .end(let reply, let reason): end(reply, because: reason)
        case .startTLS(let reply): startTLS(reply)
        case .deliver(let recipients, let bytes): deliver(IncomingMail(recipients: recipients, bytes: bytes))
        }
    }

    private func startTLS(_ reply: String) {
        guard let context, let tls else { return }
        // What came behind the command was not encrypted, so nobody knows who wrote it (RFC 3207 §6).
        guard input.readableBytes == 0 else { return end("501 5.5.4 Wait for the answer", because: .syntax) }
        say(reply)
        context.flush()
        do {
            try context.pipeline.syncOperations.addHandler(TLSHandler(server: tls), position: .first)
        } catch {
            errorCaught(context: context, error: error)
        }
    }

    /// The answer follows the commit: what we have said 250 to is not lost, whatever kills this process.
    private func deliver(_ mail: IncomingMail) {
        guard let context else { return }
        isBusy = true
        deadline?.cancel()
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        let promise = context.eventLoop.makePromise(of: Void.self)
        let desk = desk
        promise.completeWithTask { try await desk.take(mail) }
        promise.futureResult.assumeIsolated().whenComplete { result in
            switch result {
            case .success: self.delivered("250 2.0.0 Taken")
            case .failure: self.delivered("451 4.3.0 It cannot be written down now; try again")
            }
        }
    }

    private func delivered(_ reply: String) {
        isBusy = false
        guard let context, !isClosed else { return }
        say(reply)
        if isEnding { return end("421 4.3.2 Stopping", because: nil) }
        try? context.channel.syncOptions?.setOption(.autoRead, value: true)
        context.flush()
        wait()
        process()
    }

    // MARK: Time

    private func wait() {
        guard let context else { return }
        deadline?.cancel()
        let usual = dialogue.isReadingMail ? limits.data : limits.command
        let limit = book.isCrowded ? min(usual, limits.whenCrowded) : usual
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limit)) {
            if !self.isBusy { self.end("421 4.4.2 Too slow", because: .time) }
        }
    }

    // MARK: Replies

    private func say(_ reply: String) {
        guard let context else { return }
        context.write(wrapOutboundOut(context.channel.allocator.buffer(string: reply + "\r\n")), promise: nil)
    }

    private func end(_ reply: String, because reason: ReturnRefusal?) {
        guard !isClosed, let context else { return }
        isClosed = true
        deadline?.cancel()
        if let reason { desk.figures.count(reason) }
        say(reply)
        context.flush()
        context.close(promise: nil)
    }
}
