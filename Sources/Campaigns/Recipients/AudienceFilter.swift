internal import Foundation

/// Which recipients of an account are meant: those in whose fields the given texts occur, or some that were picked.
///
/// All conditions hold at once. Texts are compared folded (`RecipientFields.folded`), anywhere in the field.
public struct AudienceFilter: Hashable, Sendable {
    public enum Selection: Hashable, Sendable {
        /// All that match.
        case allMatching
        /// Of those that match, only these; in rising order, without repetition.
        case picked([Recipient.ID])
    }

    /// What each field must contain; no entry is empty.
    public private(set) var texts: [RecipientField: String] = [:]
    /// What the nine fields together must contain; empty for anything.
    public private(set) var search = ""
    public private(set) var selection = Selection.allMatching

    /// The most ids that a form or document may pick.
    public static let mostPicked = 100_000

    /// Everybody.
    public init() {}

    public init(texts: [RecipientField: String] = [:], search: String = "", selection: Selection = .allMatching) {
        for (field, text) in texts { self[field] = text }
        self.search = RecipientFields.normalised(search, limit: RecipientField.limit)
        if case .picked(let ids) = selection { pick(ids) }
    }

    /// What the field must contain; empty for anything.
    public subscript(field: RecipientField) -> String {
        get { texts[field] ?? "" }
        set {
            let text = RecipientFields.normalised(newValue, limit: RecipientField.limit)
            texts[field] = text.isEmpty ? nil : text
        }
    }

    public mutating func pick(_ ids: some Sequence<Recipient.ID>) {
        selection = .picked(Array(Set(ids).sorted().prefix(Self.mostPicked)))
    }

    /// Whether everybody is meant.
    public var isEmpty: Bool { texts.isEmpty && search.isEmpty && selection == .allMatching }

    /// Whether recipients were picked one by one.
    public var picksSome: Bool {
        if case .picked(let ids) = selection { !ids.isEmpty } else { false }
    }

    /// Whether a recipient matches; the database gives the same answer for many.
    public func matches(_ id: Recipient.ID, _ fields: RecipientFields) -> Bool {
        if case .picked(let ids) = selection, !ids.contains(id) { return false }
        return texts.allSatisfy {
            Self.contains(RecipientFields.folded(fields[$0.key]), RecipientFields.folded($0.value))
        }
            && Self.contains(fields.searchText, RecipientFields.folded(search))
    }

    private static func contains(_ text: String, _ part: String) -> Bool {
        part.isEmpty || text.utf8.count >= part.utf8.count && text.range(of: part, options: .literal) != nil
    }
}

extension AudienceFilter {
    /// From a form or a query: the nine fields by name, `search` (or `q`), and `recipients` (ids; repeated, or with
    /// commas between them), which count only where `selection` is `picked` or is not there at all.
    /// What is anything else is ignored.
    public init(parameters: some Sequence<(name: String, value: String)>) {
        self.init()
        var picked: [Recipient.ID] = []
        var choice: String?
        for (name, value) in parameters {
            switch name {
            case "search", "q": search = RecipientFields.normalised(value, limit: RecipientField.limit)
            case "recipients", "recipients[]":
                picked += value.split(separator: ",", maxSplits: Self.mostPicked).compactMap { Recipient.ID($0) }
            case "selection": choice = value
            default:
                if let field = RecipientField(rawValue: name) { self[field] = value }
            }
        }
        if choice == "picked" || (choice == nil && !picked.isEmpty) { pick(picked) }
    }

    /// The inverse: for links and hidden form fields, in a fixed order.
    public var parameters: [(name: String, value: String)] {
        var list = RecipientField.allCases.compactMap { field in texts[field].map { (field.rawValue, $0) } }
        if !search.isEmpty { list.append(("search", search)) }
        if case .picked(let ids) = selection {
            list.append(("selection", "picked"))
            list.append(("recipients", ids.map(\.description).joined(separator: ",")))
        }
        return list
    }
}

extension AudienceFilter: Codable {
    private enum Key: String, CodingKey {
        case fields, search, recipients
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let texts = try values.decodeIfPresent([String: String].self, forKey: .fields) ?? [:]
        var known: [RecipientField: String] = [:]
        for (name, text) in texts {
            guard let field = RecipientField(rawValue: name) else {
                // A filter that is not understood must not mean more people than it did.
                throw DecodingError.dataCorruptedError(
                    forKey: .fields, in: values, debugDescription: "no field \(name)")
            }
            known[field] = text
        }
        let ids = try values.decodeIfPresent([Int64].self, forKey: .recipients)
        self.init(
            texts: known, search: try values.decodeIfPresent(String.self, forKey: .search) ?? "",
            selection: ids.map { .picked($0.map { Recipient.ID(rawValue: $0) }) } ?? .allMatching)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        if !texts.isEmpty {
            try values.encode(
                Dictionary(uniqueKeysWithValues: texts.map { ($0.key.rawValue, $0.value) }), forKey: .fields)
        }
        if !search.isEmpty { try values.encode(search, forKey: .search) }
        if case .picked(let ids) = selection { try values.encode(ids.map(\.rawValue), forKey: .recipients) }
    }

    /// As it is stored with a campaign; `{}` for everybody.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// - Throws: `DecodingError` for anything that `json` did not write.
    public init(json: String) throws {
        self = try JSONDecoder().decode(AudienceFilter.self, from: Data(json.utf8))
    }
}
