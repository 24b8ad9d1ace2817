/// A template's tags, filled in with one recipient's values, take more room than any mail may: a tag of six octets can stand in
/// it a hundred thousand times, and be filled in with five hundred octets.
public struct MergeOverflow: Error, Hashable, Sendable {
    /// Octets that the values may take in one text.
    public static let most = 10 << 20

    public init() {}

    public var userMessage: String {
        "Filled in for this recipient, the merge tags take more than 10 MB. Use fewer of them, or shorter values."
    }
}
