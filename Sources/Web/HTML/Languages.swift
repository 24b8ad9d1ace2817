import Foundation

/// The languages at hand: English and one for each JSON file in a folder.
public struct Languages: Sendable {
    private var catalogues: [String: Catalogue] = ["en": .english]

    /// English only.
    public init() {}

    /// English and the files `LANGUAGE.json` in the folder; no folder is no further language. Fails on a file that is
    /// not a catalogue.
    public init(folder: String) throws {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasSuffix(".json") {
            let language = String(name.dropLast(5)).lowercased()
            let json = try Data(contentsOf: URL(fileURLWithPath: folder).appendingPathComponent(name))
            catalogues[language] = try Catalogue(language: language, json: json)
        }
    }

    /// The first language of an Accept-Language header (RFC 9110 §12.5.4) that is at hand, by its weights; English
    /// otherwise.
    public func best(for acceptLanguage: String?) -> Catalogue {
        guard let acceptLanguage, catalogues.count > 1 else { return .english }
        let wishes = acceptLanguage.split(separator: ",").prefix(16).map { wish -> (tag: String, weight: Double) in
            let parts = wish.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            return ((parts.first ?? "").lowercased(), weight)
        }
        for wish in wishes.sorted(by: { $0.weight > $1.weight }) where wish.weight > 0 {
            let primary = String(wish.tag.prefix { $0 != "-" })
            if let catalogue = catalogues[wish.tag] ?? catalogues[primary] { return catalogue }
        }
        return .english
    }
}
