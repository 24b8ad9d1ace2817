internal import Foundation
internal import NIOCore

/// Replies of one line that came before: a server says the same four to every message, and taking them apart costs more than
/// comparing them. What is different each time (a queue's number) pushes out only what was not heard again.
struct KnownReplies {
    private struct Entry {
        var line: [UInt8]
        var reply: SMTPReply
        var isHeardAgain = false
    }

    private var entries: [Entry] = []
    private var next = 0

    private static let most = 8
    private static let longest = 128

    /// The reply with which the buffer begins, taken out of it, if it is one of them.
    mutating func reply(from buffer: inout ByteBuffer) -> SMTPReply? {
        let found = buffer.withUnsafeReadableBytes { bytes -> Int? in
            guard let base = bytes.baseAddress,
                let end = memchr(base, 0x0A, min(bytes.count, Self.longest))
            else { return nil }
            let length = UnsafeRawPointer(end) - base + 1
            // By their places: handed to a closure, each of them would be copied.
            for index in entries.indices where entries[index].line.count == length {
                let isSame = entries[index].line.withUnsafeBytes { memcmp($0.baseAddress!, base, length) == 0 }
                if isSame { return index }
            }
            return nil
        }
        guard let found else { return nil }
        entries[found].isHeardAgain = true
        buffer.moveReaderIndex(forwardBy: entries[found].line.count)
        return entries[found].reply
    }

    /// - Parameter line: with its line end.
    mutating func remember(_ line: ByteBufferView, as reply: SMTPReply) {
        guard line.count <= Self.longest else { return }
        let entry = Entry(line: Array(line), reply: reply)
        guard entries.count == Self.most else { return entries.append(entry) }
        while entries[next].isHeardAgain {
            entries[next].isHeardAgain = false
            next = (next + 1) % Self.most
        }
        entries[next] = entry
        next = (next + 1) % Self.most
    }
}
