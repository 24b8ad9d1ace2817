internal import Mail
internal import NIOCore
internal import NIOTLS
internal import TLS

/// Carries out what `SMTPHandshake` and `SMTPSession` decide, on the channel's event loop. It decides nothing itself.
final class SMTPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let server: SMTPServer
    private let observe: (@Sendable (SMTPTranscriptLine) -> Void)?
    private let onEncrypted: @Sendable (String) -> Void
    private let onEnd: @Sendable () -> Void
    /// Until there is a session.
    private var handshake: SMTPHandshake
    /// From the end of the handshake on.
    private var session: SMTPSession?
    /// From the end of the connection on.
    private var failure: SMTPFailure?
    private var context: ChannelHandlerContext?
    private var parser = SMTPReplyParser()
    private var input = ByteBuffer()
    private var output = ByteBuffer()
    private var isEncrypting: Bool
    private var isQuitting = false
    /// Blocks of a large message that the system has not taken yet, less the one with the final dot.
    private var pendingBlocks = 0
    private var timer = SMTPTimer()
    var waiters = SMTPWaiters()

    init(
        server: SMTPServer, observe: (@Sendable (SMTPTranscriptLine) -> Void)?,
        onEncrypted: @escaping @Sendable (String) -> Void, onEnd: @escaping @Sendable () -> Void
    ) {
        self.server = server
        self.observe = observe
        self.onEncrypted = onEncrypted
        self.onEnd = onEnd
        isEncrypting = server.security == .implicitTLS
        handshake = SMTPHandshake(server: server, isEncrypted: server.security == .implicitTLS)
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        timer.onExpiry = { [weak self] duration in
            guard let self else { return }
            end(isQuitting ? .connectionLost : .timedOut(duration))
        }
        if context.channel.isActive { armTimer() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer.cancel()
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        if let address = context.remoteAddress {
            note("Connected to \(address.ipAddress ?? server.host), port \(server.port)")
        }
        armTimer()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(.connectionLost)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(SMTPEncryption.cause(of: error) ?? .connectionLost)
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { encrypted() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if input.readableBytes == 0 { input = buffer } else { input.writeBuffer(&buffer) }
        do throws(SMTPReplyParser.Problem) {
            while let reply = try parser.next(from: &input) {
                received(reply)
                if failure != nil { return }
            }
        } catch {
            observe?(SMTPTranscriptLine(.server, error.excerpt))
            end(isAtGreeting ? .notSMTP(error.excerpt) : .malformedReply(error.excerpt))
        }
    }

    private var isAtGreeting: Bool { session == nil && handshake.step == .greeting }

    private func received(_ reply: SMTPReply) {
        if let observe { Self.lines(of: reply).forEach(observe) }
        if isQuitting { return end(.connectionLost) }
        // In place: a copy of the session would copy its arrays.
        if let output = session?.received(reply, mayHoldDot: pendingBlocks == 0) { return perform(output) }
        if failure == nil { perform(handshake.received(reply)) }
    }

    // MARK: Handshake

    private func perform(_ action: SMTPHandshake.Action) {
        switch action {
        case .send(let command):
            write([command])
            flushOutput()
            armTimer()
        case .startTLS: startTLS()
        case .ready(let extensions):
            timer.stop()
            session = SMTPSession(host: server.host, port: server.port, extensions: extensions)
            waiters.opened(.success(extensions))
        case .fail(let failure): end(failure)
        }
    }

    private func startTLS() {
        // Whatever came with or behind the reply was not encrypted: never used, and a reason to go (RFC 3207 §4.2).
        guard input.readableBytes == 0 else { return end(.bytesBeforeTLS) }
        guard let context else { return }
        isEncrypting = true
        armTimer()
        do {
            try context.pipeline.syncOperations.addHandler(server.encryption.handler(for: server), position: .first)
        } catch {
            end(.tlsFailed(String(describing: error)))
        }
    }

    private func encrypted() {
        isEncrypting = false
        let tls = try? context?.pipeline.syncOperations.handler(type: TLSHandler.self)
        onEncrypted(tls?.version ?? "TLS")
        note("The connection is encrypted (TLS)")
        guard session == nil, failure == nil else { return }
        if server.security == .implicitTLS { armTimer() } else { perform(handshake.encrypted()) }
    }

    // MARK: Session

    func offer(_ envelope: Envelope) {
        guard failure == nil, let output = session?.offer(envelope) else {
            return waiters.verdict(.refused(lateFailure(at: .mail).outcome))
        }
        perform(output)
    }

    func deliver(_ message: [UInt8], enclosure: ByteBuffer?, next: Envelope?) {
        guard failure == nil, let output = session?.deliver(next: next) else {
            if next != nil { waiters.verdict(.refused(lateFailure(at: .mail).outcome)) }
            return waiters.outcome(lateFailure(at: .message).outcome)
        }
        perform(output, message: message, enclosure: enclosure)
    }

    /// For what is asked after the end: certainly not sent.
    private func lateFailure(at step: SMTPStep) -> SMTPFailure {
        SMTPFailure(
            failure?.cause ?? .outOfStep, step: step, consequence: .temporary, reply: failure?.reply, host: server.host,
            port: server.port)
    }

    private func perform(
        _ result: SMTPSession.Output, message: [UInt8]? = nil, enclosure: ByteBuffer? = nil
    ) {
        if result.writesMessage, let message {
            let size = message.count + (enclosure?.readableBytes ?? 0)
            if let observe { observe(SMTPTranscriptLine(.note, "Sending the message, \(size) bytes")) }
            if let enclosure {
                session?.framing.write(message, before: enclosure.readableBytes, to: &output)
                write(enclosure)
                session?.framing.writeEnd(to: &output)
            } else {
                session?.framing.write(message, to: &output)
            }
        }
        if result.avoidsChunking { server.memory.avoidChunking() }
        if result.writesLoneDot { output.writeStaticString(".\r\n") }
        write(result.commands)
        if result.writesMessage { flushMessage() } else { flushOutput() }
        // Whoever waits on another thread must not find it usable.
        if result.closes { onEnd() }
        if let outcome = result.outcome { waiters.outcome(outcome) }
        if let verdict = result.verdict { waiters.verdict(verdict) }
        if result.closes { ended() } else { armTimer() }
    }

    // MARK: Writing

    private func write(_ commands: [SMTPCommand]) {
        for command in commands {
            output.writeString(command.line)
            output.writeStaticString("\r\n")
            if let observe { observe(SMTPTranscriptLine(.client, command.shown)) }
        }
    }

    private func flushOutput() {
        guard output.readableBytes > 0, let context else { return }
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
        // The storage is used again once the channel has let go of it.
        output.clear()
    }

    /// A large message goes in blocks, so that a slow server has its three minutes for each one (§4.5.3.2.5), and so
    /// that it is certain that the dot has not left while any block but the last is still here.
    private func flushMessage() {
        while output.readableBytes > Self.block, let part = output.readSlice(length: Self.block) { write(block: part) }
        flushOutput()
    }

    private static let block = 128 * 1024

    private func write(block: ByteBuffer) {
        guard let context else { return }
        let promise = context.eventLoop.makePromise(of: Void.self)
        pendingBlocks += 1
        promise.futureResult.assumeIsolated().whenSuccess {
            self.pendingBlocks -= 1
            self.armTimer()
        }
        context.write(wrapOutboundOut(block), promise: promise)
    }

    /// What many messages share, in blocks of its own storage. Only its last block joins what is still to be written: the
    /// message must not end before the last write.
    private func write(_ enclosure: ByteBuffer) {
        var rest = enclosure
        guard rest.readableBytes > Self.block else {
            output.writeBuffer(&rest)
            return
        }
        while let part = output.readSlice(length: min(output.readableBytes, Self.block)), part.readableBytes > 0 {
            write(block: part)
        }
        output.clear()
        while rest.readableBytes > Self.block, let part = rest.readSlice(length: Self.block) { write(block: part) }
        output.writeBuffer(&rest)
    }

    // MARK: Ends

    /// QUIT where it can be said; else the connection is just closed.
    func quit() {
        guard failure == nil, session?.isQuiet == true, !isQuitting else { return end(.cancelled) }
        isQuitting = true
        write([.quit])
        flushOutput()
        timer.arm(server.timeouts.quit, on: context?.eventLoop)
    }

    /// Gives up at once, whatever is under way.
    func cancel() { end(.cancelled) }

    private func end(_ cause: SMTPFailure.Cause) {
        if failure != nil { return ended() }
        if let result = session?.finish(cause, mayHoldDot: pendingBlocks == 0) {
            perform(result)
            return ended()
        }
        let step = isEncrypting ? SMTPStep.tls : handshake.step
        end(
            SMTPFailure(
                cause, step: step, consequence: cause.consequenceBeforeMail, host: server.host, port: server.port))
    }

    private func end(_ failure: SMTPFailure) {
        self.failure = failure
        waiters.opened(.failure(failure))
        ended()
    }

    private func ended() {
        timer.stop()
        if failure == nil { failure = session?.end }
        onEnd()
        waiters.closed()
        context?.close(promise: nil)
    }

    // MARK: Time

    private func armTimer() {
        guard let duration = patience else { return timer.stop() }
        timer.arm(duration, on: context?.eventLoop)
    }

    /// How long the server has for what it owes now; nil when it owes nothing.
    private var patience: Duration? {
        if failure != nil { return nil }
        guard let session else {
            return handshake.step == .greeting && !isEncrypting ? server.timeouts.greeting : server.timeouts.command
        }
        switch session.expected.first {
        case .reset: return server.timeouts.command
        case .mail: return server.timeouts.mail
        case .recipient: return server.timeouts.recipient
        case .data: return server.timeouts.data
        case .loneDot: return server.timeouts.acceptance
        case .acceptance: return pendingBlocks > 0 ? server.timeouts.dataBlock : server.timeouts.acceptance
        case nil: return nil
        }
    }

    // MARK: Transcript

    private func note(_ text: String) { observe?(SMTPTranscriptLine(.note, text)) }

    private static func lines(of reply: SMTPReply) -> [SMTPTranscriptLine] {
        let last = reply.lines.count - 1
        return reply.lines.enumerated().map { index, text in
            let enhanced = reply.enhanced.map { "\($0) " } ?? ""
            return SMTPTranscriptLine(.server, "\(reply.code)\(index == last ? " " : "-")\(enhanced)\(text)")
        }
    }
}

extension SMTPFailure.Cause {
    /// What a failure before the first transaction says about the sender's settings.
    var consequenceBeforeMail: SMTPFailure.Consequence {
        switch self {
        case .certificate, .notSMTP, .bytesBeforeTLS, .noStartTLS, .noLoginOffered,
            .noTokenLoginOffered, .tokenRefused, .loginNeedsTLS, .unknownHost, .forbiddenAddress, .invalidSettings,
            .tlsFailed:
            .senderFault
        case .resolverFailed, .connectionRefused, .unreachable, .timedOut, .connectionLost, .malformedReply,
            .outOfStep, .refused, .noSMTPUTF8, .tooLarge, .cancelled:
            .temporary
        }
    }
}
