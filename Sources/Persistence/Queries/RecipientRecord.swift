public import Campaigns

/// A recipient as lists and forms show it.
public struct RecipientRecord: Sendable, Hashable {
    public var id: Recipient.ID
    public var fields: RecipientFields
    public var createdAt: Instant
    public var updatedAt: Instant
    /// Why the address gets nothing, if so.
    public var suppression: Suppression?

    /// Of `recipient r LEFT JOIN suppression s`.
    static let columns: SQL = """
        r.id, r.email, r.first_name, r.last_name, r.company, r.country, r.city, r.free_field1, r.free_field2, r.free_field3,
            r.created_at, r.updated_at, s.reason, s.note, s.created_at
        """
    static let source: SQL = """
        recipient r LEFT JOIN suppression s ON s.account_id = r.account_id AND s.email_key = r.email_key
        """

    init(_ row: any Row) throws {
        id = try row.id(0)
        fields = RecipientFields(email: "")
        for field in RecipientField.allCases { fields[field] = try row.string(field.index + 1) }
        createdAt = try row.instant(10)
        updatedAt = try row.instant(11)
        if let reason = try row.optionalString(12) {
            suppression = Suppression(
                reason: SuppressionReason(rawValue: reason) ?? .blocked, note: try row.string(13),
                since: try row.instant(14))
        }
    }
}
