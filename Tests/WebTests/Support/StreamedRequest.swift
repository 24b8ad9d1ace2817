import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// A request whose body goes on until the server has answered: for what is larger than any limit.
struct StreamedRequest {
    let port: Int
    var path: String
    var headers: [(String, String)]
    /// Octets of each piece.
    var piece = 65_536

    /// - Returns: the answer. Sends nothing more after `most` octets.
    func send(beginning: [UInt8], most: Int) async throws -> (status: Int, body: String) {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel)
                }
            }
        var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: path)
        head.headers.add(name: "Host", value: "127.0.0.1:\(port)")
        for (name, value) in headers { head.headers.add(name: name, value: value) }
        let piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: piece)
        return try await channel.executeThenClose { [head] inbound, outbound in
            try await outbound.write(.head(head))
            try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: beginning))))
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    var sent = 0
                    while sent < most, !Task.isCancelled {
                        try await outbound.write(.body(.byteBuffer(piece)))
                        sent += piece.readableBytes
                    }
                }
                var status = 0
                var body = ByteBuffer()
                for try await part in inbound {
                    switch part {
                    case .head(let head): status = Int(head.status.code)
                    case .body(var buffer): body.writeBuffer(&buffer)
                    case .end:
                        group.cancelAll()
                        _ = try? await group.waitForAll()
                        return (status, String(buffer: body))
                    }
                }
                throw ChannelError.eof
            }
        }
    }
}
