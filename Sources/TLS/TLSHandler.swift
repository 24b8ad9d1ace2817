public import NIOCore
internal import NIOTLS

/// Encrypts a channel. Fires `TLSUserEvent.handshakeCompleted` once that is so; what is written before waits until then.
/// A ``TLSProblem`` is fired as an error, and nothing is read or written after it.
public final class TLSHandler: ChannelDuplexHandler {
    public typealias InboundIn = ByteBuffer
    public typealias InboundOut = ByteBuffer
    public typealias OutboundIn = ByteBuffer
    public typealias OutboundOut = ByteBuffer

    private enum State { case waiting, handshaking, open, ended }

    private let session: TLSSession
    private var state = State.waiting
    /// What was written, and the promise of each; to be encrypted at the next flush.
    private var waiting = CircularBuffer<(bytes: ByteBuffer, promise: EventLoopPromise<Void>?)>()
    /// How many of them are to be flushed.
    private var flushed = 0
    /// Encrypted octets of large writes that the system has not taken yet.
    private var inFlight = 0

    /// So many may be: a large mail is encrypted as it leaves. What waits is plain, and may be one storage that many
    /// connections write from.
    private static let mostInFlight = 256 * 1024
    /// Smaller writes are not counted: there are few of them, and the mails of ordinary size.
    private static let large = 32 * 1024

    /// For our side of a connection that we have opened.
    ///
    /// - Parameters:
    ///   - name: what the certificate must name: a host name in A-labels, or an IP address.
    /// - Throws: ``TLSProblem``.
    public init(client context: TLSContext, serverName name: String) throws {
        let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
        session = try TLSSession(context, name: name, isAddress: isAddress)
    }

    /// For our side of a connection to a server whose certificate is published in the DNS.
    ///
    /// - Parameter context: one that was made for DANE.
    /// - Throws: ``TLSProblem``.
    public init(client context: TLSContext, dane policy: DANEPolicy) throws {
        session = try TLSSession(context, dane: policy)
    }

    package init(server context: TLSContext) throws {
        session = try TLSSession(context, name: nil, isAddress: false)
    }

    /// What was agreed on, such as `TLSv1.3`; of use once the handshake is over.
    public var version: String { session.version }

    // MARK: Inbound

    public func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    public func handlerRemoved(context: ChannelHandlerContext) { end(ChannelError.ioOnClosedChannel) }

    public func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        begin(context)
    }

    public func channelInactive(context: ChannelHandlerContext) {
        if state != .ended {
            end(TLSProblem.cut)
            context.fireErrorCaught(TLSProblem.cut)
        }
        context.fireChannelInactive()
    }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state != .ended else { return }
        do throws(TLSProblem) {
            try session.receive(unwrapInboundIn(data))
            try goOn(context)
        } catch {
            fail(context, error)
        }
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard state == .waiting else { return }
        state = .handshaking
        do throws(TLSProblem) { try goOn(context) } catch { fail(context, error) }
    }

    private func goOn(_ context: ChannelHandlerContext) throws(TLSProblem) {
        if state == .handshaking {
            let progress = try session.handshake()
            send(context)
            guard progress == .done else { return }
            state = .open
            context.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(negotiatedProtocol: nil))
            try encrypt(context)
        }
        try read(context)
    }

    private func read(_ context: ChannelHandlerContext) throws(TLSProblem) {
        guard state == .open else { return }
        var plain = context.channel.allocator.buffer(capacity: 0)
        let progress = try session.read(into: &plain)
        // A reading may have to be answered, such as a change of keys.
        send(context)
        if plain.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(plain)) }
        if progress == .closed, state == .open { close(context: context, mode: .all, promise: nil) }
    }

    // MARK: Outbound

    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard state != .ended else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        waiting.append((unwrapOutboundIn(data), promise))
    }

    public func flush(context: ChannelHandlerContext) {
        flushed = waiting.count
        do throws(TLSProblem) { try encrypt(context) } catch { fail(context, error) }
    }

    public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode != .input, state == .open {
            session.close()
            send(context)
        }
        end(ChannelError.ioOnClosedChannel)
        context.close(mode: mode, promise: promise)
    }

    private func encrypt(_ context: ChannelHandlerContext) throws(TLSProblem) {
        guard state == .open, flushed > 0 else { return }
        while flushed > 0, inFlight < Self.mostInFlight, let next = waiting.popFirst() {
            flushed -= 1
            do throws(TLSProblem) { try session.write(next.bytes) } catch {
                next.promise?.fail(error)
                throw error
            }
            // Each promise is kept when its own bytes have left.
            var output = context.channel.allocator.buffer(capacity: 0)
            session.drain(into: &output)
            let size = output.readableBytes
            var promise = next.promise
            if size >= Self.large {
                inFlight += size
                let left = promise ?? context.eventLoop.makePromise()
                left.futureResult.assumeIsolated().whenComplete { _ in self.left(size, context) }
                promise = left
            }
            context.write(wrapOutboundOut(output), promise: promise)
        }
        context.flush()
    }

    private func left(_ octets: Int, _ context: ChannelHandlerContext) {
        inFlight -= octets
        guard state == .open else { return }
        do throws(TLSProblem) { try encrypt(context) } catch { fail(context, error) }
    }

    /// Sends what TLS itself has to say.
    private func send(_ context: ChannelHandlerContext) {
        var output = context.channel.allocator.buffer(capacity: 0)
        session.drain(into: &output)
        if output.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(output), promise: nil) }
    }

    // MARK: Ends

    private func fail(_ context: ChannelHandlerContext, _ problem: TLSProblem) {
        // The alert that says why, before we go.
        send(context)
        end(problem)
        context.fireErrorCaught(problem)
    }

    private func end(_ error: any Error) {
        state = .ended
        flushed = 0
        while let next = waiting.popFirst() { next.promise?.fail(error) }
    }
}
