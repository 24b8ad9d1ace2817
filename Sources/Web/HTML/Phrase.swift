/// A text that a person reads, in no language yet: `"\(count) of \(total) sent"` has the key `{0} of {1} sent` and
/// two arguments. The English text is its own key; other languages have a file of translations.
public struct Phrase: Sendable, Hashable, Codable {
    /// A value put into the text. Numbers are grouped as the reader's language does it.
    public enum Argument: Sendable, Hashable, Codable {
        case text(String)
        case number(Int)
    }

    /// The English text with `{0}`, `{1}` … for the arguments.
    public var key: String
    public var arguments: [Argument]
    /// For a text that differs with a number: that number and the English text for exactly one.
    var plural: Plural?

    struct Plural: Sendable, Hashable, Codable {
        var count: Int
        var one: String
    }

    /// A text that comes from elsewhere as a whole sentence, such as a `userMessage`; translated when the catalogue
    /// knows it, shown as it is otherwise.
    public init(sentence: String) {
        key = sentence
        arguments = []
    }

    /// A number alone.
    public static func number(_ number: Int) -> Phrase { "\(number)" }

    /// A text that differs with a number: `.counted(n, one: "\(n) recipient", other: "\(n) recipients")`.
    /// Both must interpolate the same values in the same order.
    public static func counted(_ count: Int, one: Phrase, other: Phrase) -> Phrase {
        var phrase = other
        phrase.plural = Plural(count: count, one: one.key)
        return phrase
    }

    var isVerbatim: Bool { arguments.isEmpty && plural == nil }
}

extension Phrase: ExpressibleByStringInterpolation {
    public init(stringLiteral value: StaticString) {
        key = "\(value)"
        arguments = []
    }

    public init(stringInterpolation: StringInterpolation) {
        key = stringInterpolation.key
        arguments = stringInterpolation.arguments
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        public typealias StringLiteralType = StaticString

        var key = ""
        var arguments: [Argument] = []

        public init(literalCapacity: Int, interpolationCount: Int) { key.reserveCapacity(literalCapacity) }

        public mutating func appendLiteral(_ literal: StaticString) { key += "\(literal)" }

        public mutating func appendInterpolation(_ text: String) { append(.text(text)) }

        public mutating func appendInterpolation(_ number: Int) { append(.number(number)) }

        private mutating func append(_ argument: Argument) {
            key += "{\(arguments.count)}"
            arguments.append(argument)
        }
    }
}
