public import Foundation

/// The texts of one language. English is the keys themselves; another language is a JSON file `de.json` with
/// `{"Add recipient": "Empfänger hinzufügen", "{0} recipients": {"one": "{0} Empfänger", "other": "{0} Empfänger"}}`.
/// A key that is missing is shown in English.
public struct Catalogue: Sendable {
    /// BCP 47 tag, as in `<html lang>`.
    public let language: String
    private let texts: [String: Entry]
    private let groupSeparator: String

    private enum Entry: Sendable, Decodable {
        case plain(String)
        case counted(one: String?, other: String)

        private struct Forms: Decodable { var one: String?, other: String }

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                self = .plain(text)
            } else {
                let forms = try Forms(from: decoder)
                self = .counted(one: forms.one, other: forms.other)
            }
        }
    }

    public static let english = Catalogue(language: "en")

    private init(language: String, texts: [String: Entry] = [:]) {
        self.language = language
        self.texts = texts
        groupSeparator = ["de": ".", "es": ".", "it": ".", "fr": "\u{202F}"][language] ?? ","
    }

    /// Reads a language's file. Fails when it is not JSON of the form above.
    public init(language: String, json: Data) throws {
        self.init(language: language, texts: try JSONDecoder().decode([String: Entry].self, from: json))
    }

    /// The phrase in this language.
    public func text(_ phrase: Phrase) -> String {
        if phrase.isVerbatim, texts.isEmpty { return phrase.key }
        return fill(form(of: phrase), phrase.arguments)
    }

    private func form(of phrase: Phrase) -> String {
        let isOne = phrase.plural?.count == 1
        switch texts[phrase.key] {
        case .plain(let text): return text
        case .counted(let one, let other): return isOne ? one ?? other : other
        case nil: return isOne ? phrase.plural?.one ?? phrase.key : phrase.key
        }
    }

    /// A whole number with its groups of three separated: 12,345.
    public func text(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += groupSeparator }
            text.append(digit)
        }
        return text
    }

    /// Replaces `{0}` … once, from left to right: an argument that looks like a placeholder stays as it is.
    private func fill(_ format: String, _ arguments: [Phrase.Argument]) -> String {
        guard !arguments.isEmpty else { return format }
        var result = ""
        var rest = format[...]
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            let after = rest.index(after: open)
            guard let close = rest[after...].firstIndex(of: "}"), let place = Int(rest[after..<close]),
                arguments.indices.contains(place)
            else {
                result.append("{")
                rest = rest[after...]
                continue
            }
            switch arguments[place] {
            case .text(let text): result += text
            case .number(let number): result += text(number)
            }
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}
