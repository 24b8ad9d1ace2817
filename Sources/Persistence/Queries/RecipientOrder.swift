/// How a list of recipients is sorted. The raw value is what stands in addresses.
public struct RecipientOrder: Sendable, Hashable, RawRepresentable {
    /// What is compared; ties are settled by the id.
    public enum Key: String, Sendable, Hashable, CaseIterable {
        case added, email, name, company
    }

    public var key: Key
    public var isDescending: Bool

    public init(_ key: Key, isDescending: Bool = false) {
        self.key = key
        self.isDescending = isDescending
    }

    /// Whether pages come at once in an account of that many: by company they are sorted without an index, which takes
    /// half a second for a million.
    public static func isOffered(_ key: Key, among recipients: Int) -> Bool {
        key != .company || recipients <= 100_000
    }

    public static let newest = RecipientOrder(.added, isDescending: true)

    /// `name`, or `-name` for the other way round.
    public init?(rawValue: String) {
        let isDescending = rawValue.hasPrefix("-")
        guard let key = Key(rawValue: String(rawValue.drop { $0 == "-" })),
            rawValue == (isDescending ? "-" : "") + key.rawValue
        else { return nil }
        self.init(key, isDescending: isDescending)
    }

    public var rawValue: String { (isDescending ? "-" : "") + key.rawValue }

    /// The columns that are compared, of the table `r`.
    /// - Parameter isFree: such that no index is walked, for sorting few rows that were found by their ids.
    func columns(isFree: Bool) -> [SQL] {
        switch key {
        case .added: ["r.id"]
        case .email: [isFree ? "r.email_key || ''" : "r.email_key"]
        case .name: [isFree ? "r.name_key || ''" : "r.name_key", "r.id"]
        case .company: [isFree ? "r.company_key || ''" : "r.company_key", "r.id"]
        }
    }

    /// - Parameter isBackwards: to the page before.
    func clause(isBackwards: Bool, isFree: Bool) -> SQL {
        let direction: SQL = isDescending != isBackwards ? " DESC" : ""
        return "ORDER BY " + columns(isFree: isFree).map { $0 + direction }.joined(separator: ", ")
    }

    /// What lies behind a recipient or, backwards, before it. The values are the anchor's.
    func condition(beyond anchor: [SQLValue], isBackwards: Bool, isFree: Bool) -> SQL {
        let columns = columns(isFree: isFree).joined(separator: ", ")
        let values = anchor.map { "\($0)" as SQL }.joined(separator: ", ")
        return isDescending != isBackwards ? "(\(columns)) < (\(values))" : "(\(columns)) > (\(values))"
    }

    /// Reads the anchor's values from a row that begins with id, address, name and company.
    func values(_ row: any Row) throws -> [SQLValue] {
        let id = try row.int64(0).sqlValue
        return switch key {
        case .added: [id]
        case .email: [.text(try row.string(1))]
        case .name: [.text(try row.string(2)), id]
        case .company: [.text(try row.string(3)), id]
        }
    }
}
