/// A statement as a value: text from our source, values as bindings.
///
/// Its literals are `StaticString`, so text that came from outside can only become a binding: `SQL(stringLiteral: input)`
/// does not compile. `?` or `$1` is the driver's business.
public struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// What a statement is made of.
    public enum Segment: Sendable {
        case text(StaticString)
        case binding(SQLValue)
    }

    public private(set) var segments: [Segment]

    public init(stringLiteral value: StaticString) { segments = [.text(value)] }
    public init(stringInterpolation interpolation: StringInterpolation) { segments = interpolation.segments }
    init(segments: [Segment]) { self.segments = segments }

    public static var empty: SQL { SQL(segments: []) }
    public var isEmpty: Bool { segments.isEmpty }

    public static func + (left: SQL, right: SQL) -> SQL { SQL(segments: left.segments + right.segments) }

    /// `a AND b AND c`; `1 = 1` for none.
    public static func all(_ conditions: [SQL]) -> SQL {
        conditions.isEmpty ? "1 = 1" : conditions.joined(separator: " AND ")
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        var segments: [Segment] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            segments.reserveCapacity(interpolationCount * 2 + 1)
        }

        public mutating func appendLiteral(_ literal: StaticString) {
            if literal.utf8CodeUnitCount > 0 { segments.append(.text(literal)) }
        }

        public mutating func appendInterpolation(_ value: some SQLConvertible) {
            segments.append(.binding(value.sqlValue))
        }
        public mutating func appendInterpolation(_ value: (some SQLConvertible)?) {
            segments.append(.binding(value?.sqlValue ?? .null))
        }
        public mutating func appendInterpolation(_ sql: SQL) { segments += sql.segments }
    }
}

extension [SQL] {
    public func joined(separator: StaticString) -> SQL {
        var result: [SQL.Segment] = []
        for (index, sql) in enumerated() {
            if index > 0 { result.append(.text(separator)) }
            result += sql.segments
        }
        return SQL(segments: result)
    }
}
