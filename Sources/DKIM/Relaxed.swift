internal import Foundation

/// The canonical form "relaxed" of headers and bodies (RFC 6376 §3.4.2, §3.4.4): what may change on the way is left out.
enum Relaxed {
    /// Appends a header field: its name in lower case, its value unfolded, with single spaces and none around; then CR LF.
    ///
    /// - Parameter field: from its name to its end, its own CR LF or not.
    static func appendField(_ field: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        guard let colon = field.firstIndex(of: UInt8(ascii: ":")) else { return }
        let first = field.startIndex
        bytes.reserveCapacity(bytes.count + field.count + 2)
        field.withUnsafeBufferPointer { field in
            let colon = colon - first
            for byte in field[..<colon] where !isSpace(byte) {
                bytes.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
            }
            bytes.append(UInt8(ascii: ":"))
            var needsSpace = false
            let start = bytes.count
            for byte in field[(colon + 1)...] {
                if isSpace(byte) || byte == 0x0D || byte == 0x0A {
                    needsSpace = bytes.count > start
                } else {
                    if needsSpace { bytes.append(0x20) }
                    needsSpace = false
                    bytes.append(byte)
                }
            }
        }
        bytes.append(0x0D)
        bytes.append(0x0A)
    }

    /// A body: each run of white space is one space, none stands at the end of a line, no empty line at the end. What is
    /// not empty ends with CR LF.
    static func body(_ body: ArraySlice<UInt8>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: body.count + 2) { output, count in
            body.withUnsafeBufferPointer { input in
                guard let from = input.baseAddress, let to = output.baseAddress else { return }
                var writer = Writer(to: to)
                var start = 0
                while start < input.count {
                    let found = memchr(from + start, 0x0A, input.count - start)
                    let next =
                        found.map { UnsafeRawPointer(from).distance(to: UnsafeRawPointer($0)) + 1 } ?? input.count
                    var end = found == nil ? next : next - 1
                    if end > start, found != nil, from[end - 1] == 0x0D { end -= 1 }
                    while end > start, isSpace(from[end - 1]) { end -= 1 }
                    writer.line(from + start, end - start)
                    start = next
                }
                count = writer.count
            }
        }
    }

    /// Writes lines, empty ones only once another line follows.
    private struct Writer {
        let to: UnsafeMutablePointer<UInt8>
        var count = 0
        private var emptyLines = 0

        init(to: UnsafeMutablePointer<UInt8>) { self.to = to }

        mutating func line(_ from: UnsafePointer<UInt8>, _ length: Int) {
            guard length > 0 else {
                emptyLines += 1
                return
            }
            while emptyLines > 0 {
                end()
                emptyLines -= 1
            }
            var wasSpace = false
            for index in 0..<length {
                let byte = from[index]
                if isSpace(byte) {
                    if !wasSpace { put(0x20) }
                    wasSpace = true
                } else {
                    put(byte)
                    wasSpace = false
                }
            }
            end()
        }

        private mutating func put(_ byte: UInt8) {
            to[count] = byte
            count += 1
        }

        private mutating func end() {
            put(0x0D)
            put(0x0A)
        }
    }

    @inline(__always)
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
