internal import Foundation

/// Standard error, one whole line at a time.
///
/// A line is one `write`, so lines of several threads and processes do not mix. What cannot be written is dropped: a
/// full pipe or disk must not stop the server.
struct LogOutput: Sendable {
    let descriptor: Int32

    static let standardError = LogOutput(descriptor: STDERR_FILENO)

    var isTerminal: Bool { isatty(descriptor) == 1 }

    func write(_ line: String) {
        var text = line
        text.append("\n")
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let start = rest.baseAddress, !rest.isEmpty {
                let count = Foundation.write(descriptor, start, rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    return
                }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }
}
