import Foundation

/// The fields of a form or of a query as they were sent: names may occur more than once.
public struct FormData: Sendable, Equatable {
    private var values: [String: [String]] = [:]

    public init() {}

    /// Reads application/x-www-form-urlencoded (URL Standard §5.1): `+` is a space, a bad `%` stays as it is, and what
    /// is not UTF-8 becomes U+FFFD. NUL is dropped, line breaks become LF.
    public init(urlEncoded text: some Sequence<UInt8>) {
        let octets = Array(text)
        for pair in octets.split(separator: UInt8(ascii: "&")) {
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            let value = pair.dropFirst(name.count + 1)
            if !name.isEmpty || !value.isEmpty { append(Self.decoded(value), for: Self.decoded(name)) }
        }
    }

    /// The first value, or "" when the field was not sent.
    public subscript(name: String) -> String { values[name]?.first ?? "" }

    /// Every value of the name, as for check boxes with one name.
    public func all(_ name: String) -> [String] { values[name] ?? [] }

    /// A count that a page of ours wrote into its own form and that anybody may have changed: from 0 to `most`, so that
    /// it can be added to without an overflow. What is no number counts as 0.
    public func count(_ name: String, atMost most: Int = 1_000_000_000_000) -> Int {
        min(max(0, Int(self[name]) ?? 0), most)
    }

    /// Whether the field was sent at all; a check box that is not ticked is not.
    public func has(_ name: String) -> Bool { values[name] != nil }

    public var names: [String] { values.keys.sorted() }

    public mutating func append(_ value: String, for name: String) {
        values[name, default: []].append(Self.normalised(value))
    }

    public mutating func set(_ value: String, for name: String) { values[name] = [value] }

    public mutating func remove(_ name: String) { values[name] = nil }

    /// The query of an address, names sorted, without the empty values: for links that keep a list's filter.
    public var query: String {
        names.flatMap { name in all(name).filter { !$0.isEmpty }.map { "\(Self.encoded(name))=\(Self.encoded($0))" } }
            .joined(separator: "&")
    }

    private static func normalised(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == 0 || $0 == 13 }) else { return value }
        return value.replacing("\r\n", with: "\n").replacing("\r", with: "\n").replacing("\0", with: "")
    }

    /// Percent-encoded for a query: everything but letters, digits and `-._~`.
    public static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(.init(byte))
            default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }

    private static func decoded(_ text: ArraySlice<UInt8>) -> String {
        text.withUnsafeBufferPointer { octets in
            var result: [UInt8] = []
            result.reserveCapacity(octets.count)
            var start = 0
            var index = 0
            while index < octets.count {
                let byte = octets[index]
                index += 1
                guard byte == UInt8(ascii: "+") || byte == UInt8(ascii: "%") else { continue }
                // What lies between two of these is copied in one go.
                result.append(contentsOf: octets[start..<(index - 1)])
                start = index
                if byte == UInt8(ascii: "+") {
                    result.append(UInt8(ascii: " "))
                } else if index + 1 < octets.count, let high = hex(octets[index]), let low = hex(octets[index + 1]) {
                    result.append(high << 4 | low)
                    index += 2
                    start = index
                } else {
                    result.append(byte)
                }
            }
            result.append(contentsOf: octets[start...])
            return String(decoding: result, as: UTF8.self)
        }
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
