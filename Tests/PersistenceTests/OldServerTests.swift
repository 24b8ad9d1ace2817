import Foundation
import NIOCore
import NIOPosix
import Persistence
import PersistencePostgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A PostgreSQL server of another version` {
    /// Speaks as much of the protocol as it takes to say the version: it lets everybody in.
    private final class Greeter: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        let version: String

        init(version: String) { self.version = version }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var answer = ByteBuffer()
            func message(_ type: Character, _ write: (inout ByteBuffer) -> Void) {
                var body = ByteBuffer()
                write(&body)
                answer.writeString(String(type))
                answer.writeInteger(Int32(body.readableBytes + 4))
                answer.writeBuffer(&body)
            }
            message("R") { $0.writeInteger(Int32(0)) }
            for (name, value) in [("server_version", version), ("client_encoding", "UTF8")] {
                message("S") {
                    $0.writeNullTerminatedString(name)
                    $0.writeNullTerminatedString(value)
                }
            }
            message("Z") { $0.writeString("I") }
            context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        }
    }

    @Test(arguments: [("12.22", "12"), ("9.6.24", "9"), ("10.23", "10")])
    func `which is too old is told with the version that is needed`(_ version: String, _ major: String) async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Greeter(version: version))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        let fault = await #expect(throws: DatabaseFault.self) {
            _ = try await PostgresDatabase(
                PostgresSettings(
                    address: "postgres://martlet@127.0.0.1:\(port)/martlet?sslmode=disable&gssencmode=disable"),
                logger: .silent)
        }
        #expect(fault == .server(.tooOld(major)))
        #expect(fault?.userMessage.contains("PostgreSQL \(major)") == true)
        #expect(fault?.userMessage.contains("13 or newer") == true)
        try await server.close()
    }
}
