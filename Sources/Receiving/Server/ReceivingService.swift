public import Logging
internal import NIOCore
internal import NIOPosix
public import ServiceLifecycle
internal import TLS

/// Where to listen.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    public var host: String
    public var port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Why no mail can be received: a sentence for the person.
public struct ReceivingFault: Error {
    public var userMessage: String
    public var isForbidden: Bool
}

/// Who the server says it is, in PEM.
public struct ReceivingIdentity: Sendable {
    public var certificatePEM: String
    public var keyPEM: String

    public init(certificatePEM: String, keyPEM: String) {
        self.certificatePEM = certificatePEM
        self.keyPEM = keyPEM
    }
}

/// The small mail server that takes what comes back, and nothing else.
public struct ReceivingService: Service {
    private let addresses: [ListenAddress]
    private let name: String
    private let tls: TLSContext?
    private let desk: ReturnDesk
    private let limits: ReceivingLimits
    private let logger: Logger
    private let onListening: @Sendable ([Int]) async -> Void

    /// - Parameters:
    ///   - name: what it calls itself.
    ///   - identity: for STARTTLS; without one it is not offered.
    ///   - onListening: receives the ports.
    /// - Throws: ``ReceivingFault`` for a certificate that cannot be used.
    public init(
        addresses: [ListenAddress], name: String, identity: ReceivingIdentity? = nil, desk: ReturnDesk,
        limits: ReceivingLimits = ReceivingLimits(), logger: Logger,
        onListening: @escaping @Sendable ([Int]) async -> Void = { _ in }
    ) throws {
        self.addresses = addresses
        self.name = name
        self.desk = desk
        self.limits = limits
        self.logger = logger
        self.onListening = onListening
        do {
            tls = try identity.map {
                try TLSContext(certificatePEM: $0.certificatePEM, keyPEM: $0.keyPEM)
            }
        } catch {
            throw ReceivingFault(
                userMessage:
                    "The certificate or key for returned mail cannot be used. Both have to be PEM files that belong together.",
                isForbidden: false)
        }
    }

    public func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            try await serve(on: group)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func serve(on group: MultiThreadedEventLoopGroup) async throws {
        let book = ConnectionBook(limits: limits, figures: desk.figures)
        var servers: [any Channel] = []
        for address in addresses { servers.append(try await listen(at: address, group, book)) }
        let ports = servers.compactMap { $0.localAddress?.port }
        logger.info(
            "Listening for returned mail",
            metadata: [
                "return.addresses":
                    "\(zip(addresses, ports).map { ListenAddress(host: $0.host, port: $1).description }.joined(separator: " "))",
                "return.tls": "\(tls != nil)",
            ])
        await onListening(ports)
        try? await gracefulShutdown()
        for server in servers { try? await server.close() }
        for channel in book.channels { channel.pipeline.fireUserInboundEventTriggered(ServerEnds()) }
        let end = ContinuousClock.now + limits.patienceAtTheEnd
        while book.count > 0, ContinuousClock.now < end, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(20))
        }
        for channel in book.channels { try? await channel.close() }
    }

    private func listen(
        at address: ListenAddress, _ group: MultiThreadedEventLoopGroup, _ book: ConnectionBook
    ) async throws -> any Channel {
        let (desk, limits, name, tls) = (desk, limits, name, tls)
        do {
            return try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 128)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            ReceivingHandler(desk: desk, book: book, limits: limits, name: name, tls: tls))
                    }
                }
                .bind(host: address.host, port: address.port).get()
        } catch let error as IOError where error.errnoCode == EACCES {
            throw ReceivingFault(
                userMessage:
                    "Port \(address.port) for returned mail is only for root. Let the service bind it (AmbientCapabilities=CAP_NET_BIND_SERVICE), or choose a port from 1024 and lead port 25 to it.",
                isForbidden: true)
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw ReceivingFault(
                userMessage:
                    "\(address) for returned mail is in use by another program, most often a mail server. Let that one hand the mail over (RETURN_MAIL=elsewhere and `martlet receive-mail`), or choose another port.",
                isForbidden: false)
        } catch {
            throw ReceivingFault(
                userMessage: "\(address) cannot be listened at for returned mail (\(error)). Check RETURN_MAIL.",
                isForbidden: false)
        }
    }
}
