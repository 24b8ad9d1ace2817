import Foundation
import Synchronization

/// A client's side of a connection to this machine, which says what it is told to.
final class Conversation: Sendable {
    private let descriptor: Int32
    private let rest = Mutex("")

    init(port: Int, from address: UInt32 = 0x7F00_0001) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var own = sockaddr_in()
        own.sin_family = sa_family_t(AF_INET)
        own.sin_addr.s_addr = address.bigEndian
        var server = own
        server.sin_port = in_port_t(port).bigEndian
        server.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        func call(_ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
            withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        _ = call(&own) { bind(descriptor, $0, $1) }
        guard call(&server, { connect(descriptor, $0, $1) }) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    func send(_ text: String) { send(bytes: Array(text.utf8)) }

    /// As much as the other side takes.
    func send(bytes: [UInt8]) {
        var place = 0
        while place < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress! + place, bytes.count - place, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            place += count
        }
    }

    /// Waits for a whole reply of one or more lines; what has come where the connection ended.
    func reply() async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [self] in
                var bytes = [UInt8](repeating: 0, count: 65_536)
                while true {
                    if let found = takeReply() { return continuation.resume(returning: found) }
                    let count = read(descriptor, &bytes, bytes.count)
                    if count <= 0 {
                        return continuation.resume(
                            returning: rest.withLock { text in
                                defer { text = "" }
                                return text
                            })
                    }
                    rest.withLock { $0 += String(decoding: bytes[..<count], as: UTF8.self) }
                }
            }
        }
    }

    /// Up to the line whose code has a blank behind it.
    private func takeReply() -> String? {
        rest.withLock { text in
            var lines: [Substring] = []
            var left = text[...]
            while let end = left.range(of: "\r\n") {
                let line = left[..<end.lowerBound]
                left = left[end.upperBound...]
                lines.append(line)
                if line.dropFirst(3).first != "-" {
                    text = String(left)
                    return lines.joined(separator: "\n")
                }
            }
            return nil
        }
    }

    /// Says a line and waits for the answer.
    func ask(_ line: String) async -> String {
        send(line + "\r\n")
        return await reply()
    }

    /// Whether the other side has ended it.
    func isEnded() async -> Bool { await reply().isEmpty }
}
