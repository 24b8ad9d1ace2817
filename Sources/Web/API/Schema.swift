import Campaigns

/// What a JSON value may be: requests are checked with it, answers are described with it, and the OpenAPI document is
/// made of it.
indirect enum Schema: Sendable {
    /// - Parameter limit: characters.
    case string(limit: Int = .max)
    case integer(ClosedRange<Int64>)
    case number
    case boolean
    /// A moment (RFC 3339).
    case instant
    case choice([String])
    /// - Parameter limit: elements.
    case array(Schema, limit: Int = .max)
    case object([Field])
    case nullable(Schema)
    /// One that is described once and used in several places.
    case named(String, Schema)

    struct Field: Sendable {
        var name: String
        var schema: Schema
        /// One sentence, where the name does not say it all.
        var note: String
        var isRequired: Bool

        init(_ name: String, _ schema: Schema, _ note: String = "", isRequired: Bool = true) {
            self.name = name
            self.schema = schema
            self.note = note
            self.isRequired = isRequired
        }

        static func optional(_ name: String, _ schema: Schema, _ note: String = "") -> Field {
            Field(name, schema, note, isRequired: false)
        }
    }

    static let id = Schema.integer(1...Int64.max)
    static let count = Schema.integer(0...Int64.max)
    static var text: Schema { .string() }

    static func oneOf<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type) -> Schema {
        .choice(type.allCases.map(\.rawValue))
    }
}

/// Something in a value that its schema does not allow.
struct SchemaProblem: Error, Equatable {
    /// `audience.recipients[3]`; empty for the whole.
    var path: String
    var sentence: Phrase
}

extension Schema {
    /// Everything that is wrong, at most twenty of it.
    func problems(of value: JSON) -> [SchemaProblem] {
        var problems: [SchemaProblem] = []
        check(value, at: "", &problems)
        return Array(problems.prefix(20))
    }

    private func check(_ value: JSON, at path: String, _ problems: inout [SchemaProblem]) {
        guard problems.count < 20 else { return }
        func refuse(_ sentence: Phrase) { problems.append(SchemaProblem(path: path, sentence: sentence)) }
        switch (self, value) {
        case (.named(_, let schema), _): schema.check(value, at: path, &problems)
        case (.nullable, .null): break
        case (.nullable(let schema), _): schema.check(value, at: path, &problems)
        case (.string(let limit), .string(let text)):
            if text.utf8.contains(0) {
                refuse("This text has a NUL character in it.")
            } else if text.count > limit {
                refuse("This is \(text.count) characters long; \(limit) are possible.")
            }
        case (.instant, .string(let text)):
            if RFC3339Time(text) == nil {
                refuse("There is no such date and time. Write it like 2026-12-01T09:30:00Z.")
            }
        case (.choice(let choices), .string(let text)):
            if !choices.contains(text) { refuse("Choose one of: \(choices.joined(separator: ", ")).") }
        case (.integer(let range), .integer(let number)):
            if range.contains(number) { break }
            if range.upperBound == .max {
                refuse("This must be at least \(Int(range.lowerBound)).")
            } else {
                refuse("This must be from \(Int(range.lowerBound)) to \(Int(range.upperBound)).")
            }
        case (.number, .integer), (.number, .number), (.boolean, .bool): break
        case (.array(let element, let limit), .array(let elements)):
            if elements.count > limit { return refuse("This has \(elements.count) entries; \(limit) are possible.") }
            for (index, value) in elements.enumerated() { element.check(value, at: "\(path)[\(index)]", &problems) }
        case (.object(let fields), .object(let members)): Self.check(members, fields, at: path, &problems)
        default: refuse("This must be \(name).")
        }
    }

    private static func check(
        _ members: [JSON.Member], _ fields: [Field], at path: String, _ problems: inout [SchemaProblem]
    ) {
        let prefix = path.isEmpty ? "" : path + "."
        for member in members {
            let place = prefix + Self.shown(member.name)
            guard let field = fields.first(where: { $0.name == member.name }) else {
                problems.append(SchemaProblem(path: place, sentence: "There is no field of this name."))
                continue
            }
            field.schema.check(member.value, at: place, &problems)
        }
        for field in fields where field.isRequired && !members.contains(where: { $0.name == field.name }) {
            problems.append(SchemaProblem(path: prefix + field.name, sentence: "This field is missing."))
        }
    }

    /// A stranger's name, short and without what could break a line of a terminal.
    private static func shown(_ name: String) -> String {
        String(name.unicodeScalars.prefix(60).map { $0.value < 32 || $0.value == 127 ? "?" : Character($0) })
    }

    private var name: String {
        switch self {
        case .string: "a text"
        case .integer: "a whole number"
        case .number: "a number"
        case .boolean: "true or false"
        case .instant: "a date and time"
        case .choice(let choices): "one of: \(choices.joined(separator: ", "))"
        case .array: "a list"
        case .object: "an object"
        case .nullable(let schema): "\(schema.name), or null"
        case .named(_, let schema): schema.name
        }
    }
}
