internal import Foundation
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix

/// A channel with its handler, before and after the handshake.
struct SMTPLink: Sendable {
    var channel: any Channel
    var handler: NIOLoopBound<SMTPHandler>
    var open: SMTPOpenFlag

    /// Connects to the first of the host's addresses that answers.
    static func connect(
        to server: SMTPServer, on group: any EventLoopGroup, observe: (@Sendable (SMTPTranscriptLine) -> Void)?
    ) async throws(SMTPFailure) -> SMTPLink {
        let addresses = try await HostResolver.addresses(of: server)
        if server.security != .plaintext {
            do {
                try await NIOThreadPool.singleton.runIfActive { try server.encryption.prepare(for: server) }
            } catch {
                let problem = "The certificate that is to be trusted cannot be read; give it in PEM form."
                throw SMTPFailure(
                    .invalidSettings(problem), step: .tls, consequence: .senderFault, host: server.host,
                    port: server.port)
            }
        }
        var first: SMTPFailure?
        for address in addresses {
            do {
                return try await connect(to: address, server, group, observe)
            } catch {
                let failure = failure(error, server)
                observe?(
                    SMTPTranscriptLine(
                        .note, "No connection to \(address.ipAddress ?? server.host), port \(server.port)"))
                if first == nil { first = failure }
                if Task.isCancelled { break }
            }
        }
        throw first
            ?? SMTPFailure(
                .unknownHost, step: .resolve, consequence: .senderFault, host: server.host, port: server.port)
    }

    private static func connect(
        to address: SocketAddress, _ server: SMTPServer, _ group: any EventLoopGroup,
        _ observe: (@Sendable (SMTPTranscriptLine) -> Void)?
    ) async throws -> SMTPLink {
        let open = SMTPOpenFlag()
        // Nobody waits for a server that lets us wait, also where there is no channel yet as the task is cancelled.
        let pending = NIOLockedValueBox<(channel: (any Channel)?, isCancelled: Bool)>((nil, false))
        return try await withTaskCancellationHandler {
            try await connect(to: address, server, group, observe, open) { channel in
                let isCancelled = pending.withLockedValue { pending in
                    pending.channel = channel
                    return pending.isCancelled
                }
                if isCancelled { channel.close(promise: nil) }
            }
        } onCancel: {
            let channel = pending.withLockedValue { pending in
                pending.isCancelled = true
                return pending.channel
            }
            channel?.close(promise: nil)
        }
    }

    private static func connect(
        to address: SocketAddress, _ server: SMTPServer, _ group: any EventLoopGroup,
        _ observe: (@Sendable (SMTPTranscriptLine) -> Void)?, _ open: SMTPOpenFlag,
        _ note: @escaping @Sendable (any Channel) -> Void
    ) async throws -> SMTPLink {
        try await ClientBootstrap(group: group)
            .connectTimeout(TimeAmount(server.timeouts.connect))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(to: address) { channel in
                note(channel)
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if server.security == .implicitTLS {
                        try pipeline.addHandler(server.encryption.handler(for: server))
                    }
                    let handler = SMTPHandler(
                        server: server, observe: observe, onEncrypted: { open.tlsVersion = $0 }, onEnd: { open.clear() }
                    )
                    try pipeline.addHandler(handler)
                    return SMTPLink(
                        channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop), open: open)
                }
            }
    }

    /// Waits until the server is ready for mail.
    func handshake() async throws(SMTPFailure) -> SMTPExtensions {
        let (channel, handler) = (channel, handler)
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { waiter in
                channel.eventLoop.execute { handler.value.waiters.awaitOpening(waiter) }
            }
        } onCancel: {
            channel.eventLoop.execute { handler.value.cancel() }
        }
        return try result.get()
    }

    private static func failure(_ error: any Error, _ server: SMTPServer) -> SMTPFailure {
        let cause: SMTPFailure.Cause =
            if let error = error as? IOError {
                switch error.errnoCode {
                case ECONNREFUSED: .connectionRefused
                // A server that resets at once may do so before the connection is quite there.
                case ECONNRESET: .connectionLost
                case ETIMEDOUT: .timedOut(server.timeouts.connect)
                case ENETUNREACH: .unreachable("no route to its network")
                case EHOSTUNREACH: .unreachable("no route to it")
                default: .unreachable(String(cString: strerror(error.errnoCode)))
                }
            } else if case ChannelError.connectTimeout? = error as? ChannelError {
                .timedOut(server.timeouts.connect)
            } else if error is CancellationError || Task.isCancelled {
                .cancelled
            } else {
                .unreachable(String(describing: error))
            }
        return SMTPFailure(
            cause, step: cause == .connectionLost ? .greeting : .connect, consequence: cause.consequenceBeforeMail,
            host: server.host, port: server.port)
    }
}
