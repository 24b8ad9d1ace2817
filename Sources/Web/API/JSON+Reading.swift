import Foundation

extension JSON {
    /// Levels of arrays and objects in each other that are read; ours have three.
    static let deepest = 32

    /// Reads one value of UTF-8.
    ///
    /// - Throws: ``Problem`` for what is no JSON, not UTF-8, or nested deeper than ``deepest``.
    init(reading bytes: [UInt8]) throws(Problem) {
        // Foundation would take what has NUL bytes for UTF-16 or UTF-32.
        guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else { throw .encoding }
        try Self.scan(bytes)
        do {
            self = try JSONDecoder().decode(JSON.self, from: Data(bytes))
        } catch {
            throw .syntax(Self.place(of: error))
        }
    }

    enum Problem: Error, Equatable {
        case encoding
        case tooDeep
        /// Where, as the parser says it; empty when it does not.
        case syntax(String)

        var userMessage: Phrase {
            switch self {
            case .encoding: "The body is not UTF-8. JSON is UTF-8 (RFC 8259)."
            case .tooDeep: "The body is nested deeper than \(JSON.deepest) levels."
            case .syntax(""): "The body is not JSON."
            case .syntax(let place): "The body is not JSON: it cannot be read \(place)."
            }
        }
    }

    /// Looks outside of strings for what Foundation's parser would not refuse: brackets that are nested so deep that it
    /// recurses too far, and a comma with nothing behind it.
    private static func scan(_ bytes: [UInt8]) throws(Problem) {
        var depth = 0
        var (isString, isEscaped) = (false, false)
        var last: UInt8 = 0
        for byte in bytes {
            if isString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): continue
            case UInt8(ascii: "\""): isString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                if depth > deepest { throw .tooDeep }
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                if last == UInt8(ascii: ",") { throw .syntax("") }
            default: break
            }
            last = byte
        }
    }

    /// "around line 3, column 7", out of Foundation's description; nothing of the body itself.
    private static func place(of error: any Error) -> String {
        guard case DecodingError.dataCorrupted(let context) = error, let reason = context.underlyingError else {
            return ""
        }
        let text = "\((reason as NSError).userInfo["NSDebugDescription"] ?? reason)"
        guard let match = text.firstMatch(of: /around line \d+, column \d+/) else { return "" }
        return String(match.output)
    }
}

extension JSON: Decodable {
    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// What is most frequent in long lists is tried first: each miss costs an error.
    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if let text = try? value.decode(String.self) {
            self = .string(text)
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if var array = try? decoder.unkeyedContainer() {
            var elements: [JSON] = []
            while !array.isAtEnd { elements.append(try array.decode(JSON.self)) }
            self = .array(elements)
        } else {
            let object = try decoder.container(keyedBy: Name.self)
            self = .object(
                try object.allKeys.sorted { $0.stringValue < $1.stringValue }.map {
                    Member(name: $0.stringValue, value: try object.decode(JSON.self, forKey: $0))
                })
        }
    }
}
