public import DNS
public import Networks
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import TLS

/// Fetches `https://mta-sts.DOMAIN/.well-known/mta-sts.txt` (RFC 8461 §3.3): from a verified server alone, without following
/// it elsewhere, a small text within a short time, and only from places that the egress guard allows, because whoever owns
/// a domain decides where its name leads.
public struct PolicyFetcher: Sendable {
    private let resolver: DNS.Resolver
    private let egress: EgressGuard
    private let port: Int
    private let trusted: String?
    private let limit: Duration

    /// - Parameters:
    ///   - trusted: certificates in PEM that are trusted besides the system's.
    ///   - limit: how long all of it may take.
    public init(
        resolver: DNS.Resolver, egress: EgressGuard, port: Int = 443, trusted: String? = nil,
        limit: Duration = .seconds(20)
    ) {
        self.resolver = resolver
        self.egress = egress
        self.port = port
        self.trusted = trusted
        self.limit = limit
    }

    /// - Returns: nil when there is none to be had.
    func fetch(_ domain: String) async -> TransportPolicy? {
        let host = "mta-sts.\(domain)"
        for address in await addresses(of: host) where egress.allows(address) {
            if let text = try? await get(host, at: address) { return TransportPolicy(text) }
        }
        return nil
    }

    private func addresses(of host: String) async -> [SocketAddress] {
        var found: [SocketAddress] = []
        for type in [RecordType.aaaa, .a] {
            guard let answer = try? await resolver.lookUp(host, type) else { continue }
            found += answer.records.prefix(2).compactMap {
                try? SocketAddress(packedIPAddress: ByteBuffer(bytes: $0), port: port)
            }
        }
        return found
    }

    private func get(_ host: String, at address: SocketAddress) async throws -> String {
        let trusted = trusted
        let context = try await NIOThreadPool.singleton.runIfActive { try TLSContext(verifies: true, trusted: trusted) }
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(limit / 2))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(TLSHandler(client: context, serverName: host))
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(PolicyReader())
                }
            }
            .connect(to: address).get()
        do {
            let text = try await read(host, on: channel)
            try? await channel.close()
            return text
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private func read(_ host: String, on channel: any Channel) async throws -> String {
        let limit = TimeAmount(limit)
        return try await channel.eventLoop.flatSubmit {
            let text = channel.eventLoop.makePromise(of: String.self)
            do {
                let reader = try channel.pipeline.syncOperations.handler(type: PolicyReader.self)
                reader.expect(text)
            } catch {
                text.fail(error)
                return text.futureResult
            }
            let timer = channel.eventLoop.scheduleTask(in: limit) { text.fail(PolicyProblem.timedOut) }
            text.futureResult.whenComplete { _ in timer.cancel() }
            var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/.well-known/mta-sts.txt")
            head.headers = ["Host": host, "Connection": "close", "User-Agent": "Martlet", "Accept": "text/plain"]
            channel.write(HTTPClientRequestPart.head(head), promise: nil)
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
            return text.futureResult
        }.get()
    }
}

enum PolicyProblem: Error {
    case timedOut, notFound, tooLong, lost
}

/// Puts the answer together.
private final class PolicyReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private var promise: EventLoopPromise<String>?
    private var text = ByteBuffer()
    private var problem: (any Error)?

    func expect(_ promise: EventLoopPromise<String>) {
        if let problem { return promise.fail(problem) }
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            // Another place that it points to is not the domain's word (§3.3).
            let type = head.headers.first(name: "Content-Type")?.lowercased() ?? ""
            guard head.status == .ok, type.hasPrefix("text/plain") else { return fail(PolicyProblem.notFound) }
        case .body(var part):
            guard text.readableBytes + part.readableBytes <= TransportPolicy.longest else {
                fail(PolicyProblem.tooLong)
                return context.close(promise: nil)
            }
            text.writeBuffer(&part)
        case .end:
            promise?.succeed(String(buffer: text))
            promise = nil
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(PolicyProblem.lost)
        context.fireChannelInactive()
    }

    private func fail(_ error: any Error) {
        problem = problem ?? error
        promise?.fail(error)
        promise = nil
    }
}
