internal import Foundation

extension ImportDetails {
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// While nothing was written yet, the empty details.
    init(json: String) throws {
        self = json == "{}" ? ImportDetails() : try JSONDecoder().decode(ImportDetails.self, from: Data(json.utf8))
    }
}
