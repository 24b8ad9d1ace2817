internal import Dispatch
internal import Foundation
internal import Synchronization

/// Stands between a client and a PostgreSQL server, and breaks connections at the worst moment: around a COMMIT.
public final class CuttingProxy: Sendable {
    public enum Cut: String, Sendable, CaseIterable {
        /// The server never hears of the COMMIT.
        case before
        /// The server has committed, and the client never hears of it.
        case after
    }

    private struct Plan {
        var cut = Cut.before
        var left = 0
        var done = 0
    }

    public let port: Int
    private let target: Int
    private let listener: Int32
    private let plan = Mutex(Plan())

    /// - Parameter port: the server's, on this machine.
    public init(to port: Int) throws {
        target = port
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = Self.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard result else { throw TestPostgresProblem(sentence: "no port for a proxy") }
        self.port = Int(UInt16(bigEndian: address.sin_port))
        Thread { [self] in serve() }.start()
    }

    /// Breaks `count` connections at their COMMIT.
    public func cut(_ count: Int, _ cut: Cut) {
        plan.withLock {
            $0.cut = cut
            $0.left = count
        }
    }

    /// How many were broken.
    public var cuts: Int { plan.withLock { $0.done } }

    /// Accepts nothing more.
    public func close() { shutdown(listener, Int32(SHUT_RDWR)) }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private func serve() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { break }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = Self.loopback(port: target)
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard result == 0 else {
                Foundation.close(client)
                Foundation.close(server)
                continue
            }
            let pair = Pair(client: client, server: server)
            Thread { [self] in forward(pair) }.start()
            Thread { pair.answer() }.start()
        }
        Foundation.close(listener)
    }

    /// From the client to the server.
    private func forward(_ pair: Pair) {
        let commit = Array("COMMIT\0".utf8)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(pair.client, &buffer, buffer.count)
            guard count > 0 else { break }
            if contains(buffer[..<count], commit), let cut = nextCut() {
                if cut == .before { break }
                pair.swallow()
            }
            guard pair.send(buffer[..<count], to: pair.server) else { break }
        }
        pair.end()
    }

    private func nextCut() -> Cut? {
        plan.withLock { plan in
            guard plan.left > 0 else { return nil }
            plan.left -= 1
            plan.done += 1
            return plan.cut
        }
    }

    private func contains(_ bytes: ArraySlice<UInt8>, _ word: [UInt8]) -> Bool {
        guard bytes.count >= word.count else { return false }
        return (bytes.startIndex...(bytes.endIndex - word.count)).contains { bytes[$0..<$0 + word.count] == word[...] }
    }
}

/// The two ends of one connection. Closed by whichever direction ends second.
private final class Pair: Sendable {
    let client: Int32
    let server: Int32
    private let state = Mutex((isSwallowing: false, ends: 0))

    init(client: Int32, server: Int32) {
        self.client = client
        self.server = server
    }

    func swallow() { state.withLock { $0.isSwallowing = true } }

    /// From the server to the client.
    func answer() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(server, &buffer, buffer.count)
            guard count > 0, !state.withLock({ $0.isSwallowing }), send(buffer[..<count], to: client) else { break }
        }
        end()
    }

    func send(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    func end() {
        shutdown(client, Int32(SHUT_RDWR))
        shutdown(server, Int32(SHUT_RDWR))
        guard
            state.withLock({
                $0.ends += 1; return $0.ends == 2
            })
        else { return }
        close(client)
        close(server)
    }
}
