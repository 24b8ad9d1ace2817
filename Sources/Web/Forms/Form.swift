/// A form that is read: fields with their types, and what is wrong with each. It comes back as it was typed.
///
///     var form = Form(visit.form)
///     let name = form.text("name", required: true, max: 200)
///     let port = form.integer("smtp_port", in: 1...65535)
///     guard form.isValid else { return try await page(form, status: .unprocessableContent) }
struct Form: Sendable {
    /// What was typed.
    var data: FormData
    private(set) var problems: [String: Phrase] = [:]
    /// What is wrong with the whole.
    private(set) var general: [Phrase] = []
    /// What stands above that.
    private(set) var heading: Phrase = "This cannot be done yet"

    init(_ data: FormData = FormData()) { self.data = data }

    /// A form with values to begin with.
    init(values: KeyValuePairs<String, String>) {
        data = FormData()
        for (name, value) in values { data.set(value, for: name) }
    }

    var isValid: Bool { problems.isEmpty && general.isEmpty }

    subscript(name: String) -> String { data[name] }

    var problemCount: Int { problems.count }

    /// One problem in English, for an answer without the form.
    var firstProblem: String? {
        (general.first ?? problems.min { $0.key < $1.key }?.value).map(Catalogue.english.text)
    }

    func problem(_ name: String) -> Phrase? { problems[name] }

    /// Records what is wrong with a field; the first problem of a field stands.
    mutating func refuse(_ name: String, _ sentence: Phrase) {
        if problems[name] == nil { problems[name] = sentence }
    }

    /// Records a domain's own sentence (`userMessage`).
    mutating func refuse(_ name: String, sentence: String) { refuse(name, Phrase(sentence: sentence)) }

    /// Records what is wrong with the whole form.
    mutating func refuse(_ sentence: Phrase, under heading: Phrase? = nil) {
        general.append(sentence)
        if let heading { self.heading = heading }
    }

    /// Refuses for a while.
    mutating func refuse(forNow sentence: Phrase) { refuse(sentence, under: "Please wait a little") }

    /// Text without white space around it, at most `max` characters.
    mutating func text(_ name: String, required: Bool = false, max: Int = 500) -> String {
        let text = data[name].trimmed
        if required, text.isEmpty { refuse(name, "Please fill in this field.") }
        if text.count > max { refuse(name, "This is \(text.count) characters long; \(max) are possible.") }
        return text
    }

    /// Text as it was typed, white space included, at most `max` bytes.
    mutating func longText(_ name: String, required: Bool = false, max: Int) -> String {
        let text = data[name]
        if required, text.trimmed.isEmpty { refuse(name, "Please fill in this field.") }
        if text.utf8.count > max { refuse(name, "This is \(text.utf8.count) bytes long; \(max) are possible.") }
        return text
    }

    /// A whole number; `fallback` when the field is empty and a fallback is given.
    mutating func integer(_ name: String, in range: ClosedRange<Int>, fallback: Int? = nil) -> Int {
        let text = data[name].trimmed
        if text.isEmpty, let fallback { return fallback }
        guard let number = Int(text), range.contains(number) else {
            refuse(name, "Please enter a whole number from \(range.lowerBound) to \(range.upperBound).")
            return range.lowerBound
        }
        return number
    }

    /// A check box: sent means ticked.
    func flag(_ name: String) -> Bool { data.has(name) && data[name] != "false" && data[name] != "0" }

    /// One of a fixed set, by raw value.
    mutating func choice<Choice: RawRepresentable<String>>(_ name: String, fallback: Choice) -> Choice {
        guard let choice = Choice(rawValue: data[name]) else {
            refuse(name, "Please choose one of the possibilities.")
            return fallback
        }
        return choice
    }
}

extension String {
    /// Without white space and line breaks around it.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
