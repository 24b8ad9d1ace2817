import NIOCore
import NIOPosix
import Synchronization
import TLS
import TestSupport

/// A server that says what it hears, over TLS; and one that asks it. "end" ends the connection, "cut" does so without a word.
enum TLSEcho {
    static func with<Value: Sendable>(
        _ certificate: TestCertificate, _ body: (Int) async throws -> Value
    ) async throws -> Value {
        let context = try certificate.serverContext()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(try TLSHandler(server: context), Echo())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = server.localAddress?.port ?? 0
        do {
            let value = try await body(port)
            try await server.close()
            return value
        } catch {
            try? await server.close()
            throw error
        }
    }

    /// Sends the bytes and gives as many that came back.
    static func exchange(_ bytes: [UInt8], port: Int, name: String, trusted: String?) async throws -> [UInt8] {
        let context = try TLSContext(verifies: true, trusted: trusted)
        let promise = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: [UInt8].self)
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers(
                            try TLSHandler(client: context, serverName: name),
                            Collector(count: bytes.count, promise: promise))
                    }
                }
                .connect(host: "127.0.0.1", port: port).get()
            // Before the handshake is over: it waits.
            channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
            let received = try await promise.futureResult.get()
            try? await channel.close()
            return received
        } catch {
            promise.fail(error)
            throw error
        }
    }

    /// What goes wrong when a word is exchanged; nil when nothing does.
    static func problem(port: Int, name: String, trusted: String?, says word: String = "hello") async -> TLSProblem? {
        do {
            _ = try await exchange(Array(word.utf8), port: port, name: name, trusted: trusted)
            return nil
        } catch {
            return error as? TLSProblem
        }
    }

    /// Sends the bytes in blocks, all of them flushed at once, as a large mail is sent, and waits until they have come back.
    /// - Returns: how many encrypted octets waited in the channel at most, how many bytes came back, and whether the promise
    ///   of each block was kept in turn.
    static func pour(
        _ bytes: ByteBuffer, block: Int, port: Int, trusted: String?
    ) async throws -> (given: Int, received: Int, inOrder: Bool) {
        let context = try TLSContext(verifies: true, trusted: trusted)
        let group = MultiThreadedEventLoopGroup.singleton
        let meter = Meter()
        let promise = group.any().makePromise(of: [UInt8].self)
        let channel = try await ClientBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        MeterHandler(meter), try TLSHandler(client: context, serverName: "localhost"),
                        Collector(count: bytes.readableBytes, promise: promise))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let order = Order()
        var rest = bytes
        var number = 0
        while let part = rest.readSlice(length: min(block, rest.readableBytes)), part.readableBytes > 0 {
            let place = number
            number += 1
            channel.write(part).whenSuccess { order.note(place) }
        }
        channel.flush()
        let received = try await promise.futureResult.get()
        try? await channel.close()
        return (meter.most, received.count, order.isRight(upTo: number))
    }

    /// Octets that a channel was given and had not written yet, at most.
    private final class Meter: Sendable {
        private let state = Mutex((now: 0, most: 0))
        var most: Int { state.withLock { $0.most } }
        func add(_ octets: Int) {
            state.withLock {
                $0.now += octets
                $0.most = max($0.most, $0.now)
            }
        }
    }

    private final class MeterHandler: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let meter: Meter
        init(_ meter: Meter) { self.meter = meter }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            let count = unwrapOutboundIn(data).readableBytes
            let meter = meter
            meter.add(count)
            let left = promise ?? context.eventLoop.makePromise()
            left.futureResult.whenComplete { _ in meter.add(-count) }
            context.write(data, promise: left)
        }
    }

    private final class Order: Sendable {
        private let places = Mutex([Int]())
        func note(_ place: Int) { places.withLock { $0.append(place) } }
        func isRight(upTo count: Int) -> Bool { places.withLock { $0 == Array(0..<count) } }
    }

    private final class Echo: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            switch String(buffer: bytes) {
            case "cut": try? context.pipeline.syncOperations.context(handlerType: TLSHandler.self).close(promise: nil)
            case "end": context.close(promise: nil)
            default: context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let count: Int
        private let promise: EventLoopPromise<[UInt8]>
        private var received: [UInt8] = []

        init(count: Int, promise: EventLoopPromise<[UInt8]>) {
            self.count = count
            self.promise = promise
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += unwrapInboundIn(data).readableBytesView
            if received.count >= count { promise.succeed(received) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { promise.fail(error) }
        func channelInactive(context: ChannelHandlerContext) { promise.succeed(received) }
    }
}
