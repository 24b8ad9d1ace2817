internal import FailPoints
public import Logging
public import NIOCore
internal import NIOPosix
internal import Synchronization

/// One connection to an SMTP server, logged in and ready: it hands over one message after the other.
///
///     let connection = try await SMTPConnection.open(server, on: loop, logger: logger)
///     guard case .goAhead = await connection.offer(envelope) else { … }
///     // make the intent durable here: nothing of the message is on the wire yet
///     let (outcome, verdict) = await connection.deliver(bytes, next: nextEnvelope)
///     // make the outcome durable, then deliver the next one if its verdict was .goAhead
///     await connection.close()
///
/// For one task at a time. Where that task runs on `EventLoopTaskExecutor` of the connection's event loop, nothing
/// changes threads. Cancelling the task ends the connection at once; after the dot that makes the outcome `.unknown`.
public final class SMTPConnection: Sendable {
    public let server: SMTPServer
    public let extensions: SMTPExtensions
    private let channel: any Channel
    private let handler: NIOLoopBound<SMTPHandler>
    private let open: SMTPOpenFlag

    public var eventLoop: any EventLoop { channel.eventLoop }
    /// The server's address; nil when the connection is gone.
    public var remoteAddress: SocketAddress? { channel.remoteAddress }
    /// What protects it, such as `TLSv1.3`; empty for nothing.
    public var tlsVersion: String { open.tlsVersion }

    /// Whether another envelope may be offered. False after 421, a timeout, a lost connection, `close()`.
    public var isUsable: Bool { open.isSet }

    private init(
        server: SMTPServer, extensions: SMTPExtensions, link: SMTPLink
    ) {
        self.server = server
        self.extensions = extensions
        channel = link.channel
        handler = link.handler
        open = link.open
    }

    /// Connects, greets, encrypts and logs in, as the server's settings say. Tries the host's addresses in turn.
    ///
    /// - Parameter observe: is shown each line of the conversation, passwords masked.
    public static func open(
        _ server: SMTPServer, on group: any EventLoopGroup, logger: Logger,
        observe: (@Sendable (SMTPTranscriptLine) -> Void)? = nil
    ) async throws(SMTPFailure) -> SMTPConnection {
        do throws(SMTPFailure) {
            let link = try await SMTPLink.connect(to: server, on: group, observe: observe)
            let extensions = try await link.handshake()
            logger.debug(
                "SMTP connection opened", metadata: ["smtp.host": "\(server.host)", "smtp.port": "\(server.port)"])
            return SMTPConnection(server: server, extensions: extensions, link: link)
        } catch {
            logger.debug(
                "SMTP connection failed",
                metadata: [
                    "smtp.host": "\(server.host)", "smtp.port": "\(server.port)", "smtp.step": "\(error.step)",
                    "smtp.cause": "\(error.cause)", "smtp.reply": "\(error.reply?.description ?? "")",
                ])
            throw error
        }
    }

    /// Names sender and recipient and asks to send: MAIL, RCPT, DATA, in one write when the server offers PIPELINING.
    public func offer(_ envelope: Envelope) async -> EnvelopeVerdict {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { waiter in
                onLoop { handler in
                    handler.waiters.awaitVerdict(waiter)
                    handler.offer(envelope)
                }
            }
        } onCancel: {
            onLoop { $0.cancel() }
        }
    }

    /// Sends the message that was given its go-ahead, and its final dot, and in the same write the next envelope when
    /// the server offers PIPELINING. Dots are doubled and line ends made CRLF here.
    ///
    /// - Parameter enclosure: What belongs behind the message's last line, ready for the wire: CRLF line ends, no line that
    ///   begins with a dot. It is not copied.
    /// - Returns: What became of the message; and the verdict about the next envelope, nil when there was none.
    public func deliver(
        _ message: [UInt8], enclosure: ByteBuffer? = nil, next: Envelope? = nil
    ) async -> (outcome: SMTPOutcome, next: EnvelopeVerdict?) {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { waiter in
                onLoop { handler in
                    handler.waiters.awaitDelivery(waiter, wantsNext: next != nil)
                    handler.deliver(message, enclosure: enclosure, next: next)
                    FailPoint.afterDot.pass()
                }
            }
        } onCancel: {
            onLoop { $0.cancel() }
        }
    }

    /// QUIT, and the end of the connection. After a go-ahead that was not used it is closed without QUIT, because the
    /// server would take that for a message.
    public func close() async {
        await withUnsafeContinuation { waiter in
            onLoop { handler in
                handler.waiters.awaitClosing(waiter)
                handler.quit()
            }
        }
    }

    private func onLoop(_ body: @escaping @Sendable (SMTPHandler) -> Void) {
        let handler = handler
        if channel.eventLoop.inEventLoop {
            body(handler.value)
        } else {
            channel.eventLoop.execute { body(handler.value) }
        }
    }
}

/// Whether a connection is of use, and how it is protected, readable from any thread.
final class SMTPOpenFlag: Sendable {
    private let value = Atomic<Bool>(true)
    private let encryption = Mutex("")
    /// Empty as long as nothing is encrypted.
    var tlsVersion: String {
        get { encryption.withLock { $0 } }
        set { encryption.withLock { $0 = newValue } }
    }
    var isSet: Bool { value.load(ordering: .relaxed) }
    func clear() { value.store(false, ordering: .relaxed) }
}
