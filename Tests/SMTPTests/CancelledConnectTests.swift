import Foundation
import Logging
import NIOCore
import NIOPosix
import SMTP
import TestSupport
import Testing

/// A port whose queue of connections is full: the system drops whoever asks for another one, who waits.
private final class FullPort {
    let port: Int
    private let listener: Int32
    private let waiting: [RawConnection]

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) | listen(descriptor, 0) | getsockname(descriptor, $0, &size)
            }
        }
        try #require(result == 0)
        port = Int(in_port_t(bigEndian: address.sin_port))
        // A queue of none has room for one.
        waiting = [try RawConnection(port: port)]
    }

    deinit { close(listener) }
}

@Suite(.timeLimit(.minutes(1))) struct `Connecting to a server that lets us wait` {
    @Test(arguments: [true, false]) func `ends when nobody wants it any more`(isCancelledBefore: Bool) async throws {
        let full = try FullPort()
        let (asked, ask) = AsyncStream.makeStream(of: Void.self)
        var server = SMTPServer(
            host: "localhost", port: full.port, security: .plaintext,
            allowsAddress: { address in
                ask.yield()
                return address.protocol == .inet
            })
        // Longer than the test may take: nothing but the cancellation ends it.
        server.timeouts.connect = .seconds(3600)
        let connecting = Task { [server] in
            if isCancelledBefore { withUnsafeCurrentTask { $0?.cancel() } }
            _ = try await SMTPConnection.open(
                server, on: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "test"))
        }
        if !isCancelledBefore {
            // It connects next, or just does.
            for await _ in asked.prefix(1) {}
            connecting.cancel()
        }
        let failure = await #expect(throws: SMTPFailure.self) { try await connecting.value }
        #expect(failure?.cause == .cancelled)
        withExtendedLifetime(full) {}
    }
}
