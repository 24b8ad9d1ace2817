internal import Foundation

/// This machine's name: for EHLO (RFC 5321 §4.1.1.1) and the book of epochs.
enum NodeName {
    /// The name that the machine was given; no name server is asked.
    static func current() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let isUsable = !name.isEmpty && name.utf8.allSatisfy { $0.isASCIILetterOrDigit || $0 == 0x2D || $0 == 0x2E }
        return isUsable ? name : "localhost"
    }
}
