import Foundation

/// A TCP connection to this machine that says what it is told to, and no more: half a request, or one that is never read.
public final class RawConnection: Sendable {
    private let descriptor: Int32

    public init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    deinit { close(descriptor) }

    public func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    /// What has come once it contains the text; what has come at all when the connection ended or ten seconds passed.
    public func received(upTo text: String) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [descriptor] in
                var limit = timeval(tv_sec: 10, tv_usec: 0)
                setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
                var all = ""
                var bytes = [UInt8](repeating: 0, count: 65_536)
                while !all.contains(text) {
                    let count = read(descriptor, &bytes, bytes.count)
                    if count <= 0 { break }
                    all += String(decoding: bytes[..<count], as: UTF8.self)
                }
                continuation.resume(returning: all)
            }
        }
    }
}
