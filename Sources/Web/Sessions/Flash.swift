import Foundation

/// A sentence for the next page of a session: "Saved." With a place, it waits for the page that has that place.
struct Flash: Sendable, Codable, Equatable {
    enum Kind: String, Sendable, Codable {
        case success, info, warning, error
    }

    var kind: Kind
    var sentence: Phrase
    /// Where it is shown; nil: on any page.
    var place: String?
    /// What is shown below it.
    var lines: [String]?

    static func encoded(_ flashes: some Collection<Flash>) -> String {
        (try? JSONEncoder().encode(Array(flashes))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    static func decoded(_ text: String) -> [Flash] {
        text.isEmpty ? [] : (try? JSONDecoder().decode([Flash].self, from: Data(text.utf8))) ?? []
    }
}
