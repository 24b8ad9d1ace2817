import Foundation
import NIOCore

/// Reads multipart/form-data (RFC 7578, RFC 2046 §5.1) from chunks that may be cut anywhere. No I/O and no more memory
/// than one chunk and one delimiter: bytes of a part are handed on as they come.
struct MultipartParser: Sendable {
    enum Event: Sendable, Equatable {
        case begin(MultipartPart)
        case data(ByteBuffer)
        case end
    }

    private enum State { case preamble, afterDelimiter, headers, body, epilogue }

    private static let maximumHeaderBytes = 8 * 1024

    private let delimiter: [UInt8]
    private let maximumParts: Int
    private var state = State.preamble
    private var buffer: ByteBuffer
    private var parts = 0

    /// Whether the closing delimiter has been seen; a body that ends before is truncated.
    var isComplete: Bool { state == .epilogue }

    /// - Parameter maximumParts: more parts than this are refused (a form with a million empty fields is no form).
    init(boundary: String, maximumParts: Int = 2000) {
        delimiter = Array("\r\n--\(boundary)".utf8)
        self.maximumParts = maximumParts
        // The first delimiter may be at the very beginning: its line break is the one of the header section.
        buffer = ByteBuffer(bytes: [13, 10])
    }

    /// The boundary of a Content-Type `multipart/form-data; boundary=…`, 1 to 70 characters (RFC 2046 §5.1.1).
    static func boundary(ofContentType contentType: String) -> String? {
        let parameters = contentType.split(separator: ";", omittingEmptySubsequences: false)
        guard parameters.first?.trimmingCharacters(in: .whitespaces).lowercased() == "multipart/form-data" else {
            return nil
        }
        for parameter in parameters.dropFirst() {
            let pair = parameter.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].trimmingCharacters(in: .whitespaces).lowercased() == "boundary" else {
                continue
            }
            let value = pair[1].trimmingCharacters(in: CharacterSet(charactersIn: " \t\""))
            return (1...70).contains(value.utf8.count) ? value : nil
        }
        return nil
    }

    /// What the next bytes bring, in order. After a failure the parser must not be used again.
    mutating func feed(_ chunk: ByteBuffer) throws(MultipartProblem) -> [Event] {
        if state == .epilogue { return [] }
        buffer.writeImmutableBuffer(chunk)
        var events: [Event] = []
        while try step(&events) {}
        buffer.discardReadBytes()
        return events
    }

    /// The end of the body. Fails when the closing delimiter is missing, because then the rest may be missing too.
    func finish() throws(MultipartProblem) {
        guard isComplete else { throw .truncated }
    }

    private mutating func step(_ events: inout [Event]) throws(MultipartProblem) -> Bool {
        switch state {
        case .preamble, .body: return readUntilDelimiter(&events)
        case .afterDelimiter: return try readDelimiterEnd(&events)
        case .headers: return try readHeaders(&events)
        case .epilogue:
            buffer.clear()
            return false
        }
    }

    private mutating func readUntilDelimiter(_ events: inout [Event]) -> Bool {
        let found = buffer.firstOffset(of: delimiter)
        let isWhole = found.end
        if found.offset > 0 {
            let data = buffer.readSlice(length: found.offset)!
            if state == .body { events.append(.data(data)) }
        }
        guard isWhole else { return false }
        buffer.moveReaderIndex(forwardBy: delimiter.count)
        if state == .body { events.append(.end) }
        state = .afterDelimiter
        return true
    }

    /// After a delimiter: `--` ends the body, white space and a line break begin a part (RFC 2046 §5.1.1).
    private mutating func readDelimiterEnd(_ events: inout [Event]) throws(MultipartProblem) -> Bool {
        while let byte = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self), byte == 32 || byte == 9 {
            buffer.moveReaderIndex(forwardBy: 1)
        }
        guard buffer.readableBytes >= 2 else { return false }
        switch buffer.readBytes(length: 2)! {
        case [UInt8(ascii: "-"), UInt8(ascii: "-")]:
            state = .epilogue
        case [13, 10]:
            parts += 1
            guard parts <= maximumParts else { throw .tooManyParts(maximumParts) }
            state = .headers
        default:
            throw .malformedDelimiter
        }
        return true
    }

    private mutating func readHeaders(_ events: inout [Event]) throws(MultipartProblem) -> Bool {
        let emptyLine: [UInt8] = [13, 10, 13, 10]
        let found = buffer.firstOffset(of: emptyLine)
        guard found.offset <= Self.maximumHeaderBytes else { throw .headersTooLong(Self.maximumHeaderBytes) }
        guard found.end else { return false }
        let text = buffer.readString(length: found.offset)!
        buffer.moveReaderIndex(forwardBy: emptyLine.count)
        events.append(.begin(try MultipartPart(headers: text)))
        // A part without any content ends with the delimiter's line break, which may be the empty line's own.
        state = .body
        return true
    }
}

extension ByteBuffer {
    /// Where the pattern begins, or else how many bytes certainly do not belong to it (`end` says which).
    fileprivate func firstOffset(of pattern: [UInt8]) -> (offset: Int, end: Bool) {
        withUnsafeReadableBytes { bytes in
            guard let base = bytes.baseAddress else { return (0, false) }
            var place = 0
            while place < bytes.count, let hit = memchr(base + place, Int32(pattern[0]), bytes.count - place) {
                place = UnsafeRawPointer(hit) - base
                let length = Swift.min(pattern.count, bytes.count - place)
                if pattern.withUnsafeBytes({ memcmp(base + place, $0.baseAddress!, length) }) == 0 {
                    return (place, length == pattern.count)
                }
                place += 1
            }
            return (bytes.count, false)
        }
    }
}
