/// The names that a template may use: the nine built-in fields of a recipient, the account's own, and the two links
/// that every mail has.
public struct MergeFields: Sendable, Hashable {
    /// Where a value is found in `MergeValues`.
    enum Place: Hashable, Sendable {
        /// Position among the packed fields of the recipient.
        case field(Int)
        case unsubscribeURL
        case viewURL
        /// An address that only this mail has, by its number in `MergeAddresses`.
        case address(Int)
    }

    /// All names in the order in which a menu shows them.
    public let names: [String]
    private let places: [String: Place]

    /// - Parameter own: names of the account's own fields, in the order of their values behind the nine built-in ones.
    ///   One that repeats an earlier name is never found.
    public init(own: [String] = []) {
        let fields = RecipientField.allCases.map(\.rawValue) + own
        names = fields + ["unsubscribe_url", "view_url"]
        var places: [String: Place] = ["unsubscribe_url": .unsubscribeURL, "view_url": .viewURL]
        for (index, name) in fields.enumerated() where places[name] == nil {
            places[name] = .field(index)
        }
        self.places = places
    }

    /// The nine built-in fields and the two links.
    public static let builtIn = MergeFields()

    func place(of name: String) -> Place? { places[name] }

    /// The known name that is meant most likely: the same in another case or with other separators, or at most two
    /// letters away (a third of the length for short names).
    public func suggestion(for name: String) -> String? {
        let folded = Self.folded(name)
        if let same = names.first(where: { Self.folded($0) == folded }) { return same }
        let limit = min(2, max(1, folded.count / 3))
        return names.map { ($0, Self.distance(folded, Self.folded($0), limit: limit)) }
            .filter { $0.1 <= limit }.min { $0.1 < $1.1 }?.0
    }

    private static func folded(_ name: String) -> [Character] {
        Array(name.lowercased().filter { $0 != "_" && $0 != "-" })
    }

    /// Levenshtein's distance, or more than `limit` when it is larger than that.
    private static func distance(_ a: [Character], _ b: [Character], limit: Int) -> Int {
        guard abs(a.count - b.count) <= limit else { return limit + 1 }
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                (diagonal, row[j + 1]) = (row[j + 1], min(row[j] + 1, row[j + 1] + 1, diagonal + (x == y ? 0 : 1)))
            }
        }
        return row[b.count]
    }
}
