public import Campaigns

extension HTML: ExpressibleByStringInterpolation {
    public init(stringLiteral value: StaticString) { bytes = Array("\(value)".utf8) }

    public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.html }

    public struct StringInterpolation: StringInterpolationProtocol {
        public typealias StringLiteralType = StaticString

        var html = HTML()

        public init(literalCapacity: Int, interpolationCount: Int) {
            html.bytes.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        public mutating func appendLiteral(_ literal: StaticString) {
            if literal.hasPointerRepresentation {
                html.bytes += UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
            } else {
                html.bytes += Array("\(literal)".utf8)
            }
        }

        /// Text of a person or a server: escaped.
        public mutating func appendInterpolation(_ text: String) { HTML.escape(text, into: &html.bytes) }

        /// Text of a person or a server: escaped.
        public mutating func appendInterpolation(_ text: Substring) { HTML.escape(String(text), into: &html.bytes) }

        /// A number for a machine (an id in an address, a width); for people use `number:`.
        public mutating func appendInterpolation(_ number: some BinaryInteger) {
            html.bytes += Array(String(number).utf8)
        }

        public mutating func appendInterpolation(_ piece: HTML) { html += piece }

        public mutating func appendInterpolation(_ piece: HTML?) {
            if let piece { html += piece }
        }

        public mutating func appendInterpolation(_ pieces: [HTML]) {
            for piece in pieces { html += piece }
        }

        /// A piece that is there only when the condition holds.
        public mutating func appendInterpolation(if condition: Bool, _ piece: @autoclosure () -> HTML) {
            if condition { html += piece() }
        }

        /// Text that a person reads.
        public mutating func appendInterpolation(t phrase: Phrase) { append(.phrase(phrase)) }

        /// Text that a person reads, if there is one.
        public mutating func appendInterpolation(t phrase: Phrase?) {
            if let phrase { append(.phrase(phrase)) }
        }

        /// A number that a person reads, grouped as the reader's language does it.
        public mutating func appendInterpolation(number: Int) { appendInterpolation(t: .number(number)) }

        /// A Lucide icon by its name: `\(icon: "send")`. Decoration, hidden from screen readers.
        public mutating func appendInterpolation(icon name: String) { append(.icon(Icon(name))) }

        public mutating func appendInterpolation(icon: Icon?) {
            if let icon { append(.icon(icon)) }
        }

        /// The address of a file of the assets folder, with its content hash: `\(asset: "app.css")`.
        public mutating func appendInterpolation(asset path: String) { append(.asset(path)) }

        /// The hidden field that every form with method "post" has to have: `<form method="post">\(.csrfField)`.
        public mutating func appendInterpolation(_ field: CSRFField) {
            appendLiteral("<input type=\"hidden\" name=\"csrfmiddlewaretoken\" value=\"")
            append(.csrfToken)
            appendLiteral("\">")
        }

        /// A moment, in UTC; the page's script shows it in the reader's time zone.
        public mutating func appendInterpolation(time instant: Instant?) {
            guard let instant else { return }
            let text = Timestamp(instant)
            html += "<time datetime=\"\(text.machine)\" data-local>\(text.person)</time>"
        }

        /// The day of a moment, in the reader's time zone where the page's script runs.
        public mutating func appendInterpolation(day instant: Instant) {
            let text = Timestamp(instant)
            html += "<time datetime=\"\(text.machine)\" data-local=\"date\">\(text.person)</time>"
        }

        mutating func append(_ insert: HTML.Insert) { html.inserts.append((html.bytes.count, insert)) }

        /// Markup that is taken as it is: from our own renderer or sanitiser, never from a person.
        public mutating func appendInterpolation(unescaped markup: String) { html.bytes += Array(markup.utf8) }
    }
}

/// The hidden form field with the token that shows that a form is ours.
public enum CSRFField: Sendable {
    case csrfField
}
