import Foundation

/// A sentence for the next page of a session: "Saved."
struct Flash: Sendable, Codable, Equatable {
    enum Kind: String, Sendable, Codable {
        case success, info, warning, error
    }

    var kind: Kind
    var sentence: Phrase

    static func encoded(_ flashes: some Collection<Flash>) -> String {
        (try? JSONEncoder().encode(Array(flashes))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    static func decoded(_ text: String) -> [Flash] {
        text.isEmpty ? [] : (try? JSONDecoder().decode([Flash].self, from: Data(text.utf8))) ?? []
    }
}
