public import Campaigns

/// A recipient as a pick list or a preview needs it.
public struct RecipientPick: Sendable, Hashable {
    public var id: Recipient.ID
    public var fields: RecipientFields

    static let columns: SQL = """
        r.id, r.email, r.first_name, r.last_name, r.company, r.country, r.city, r.free_field1, r.free_field2, r.free_field3
        """

    init(_ row: any Row) throws {
        id = try row.id(0)
        var fields = RecipientFields(email: "")
        for field in RecipientField.allCases { fields[field] = try row.string(field.index + 1) }
        self.fields = fields
    }
}

extension AccountScope {
    /// The first recipients that match, in the order in which they were added.
    public func recipientPicks(_ filter: AudienceFilter, limit: Int) throws -> [RecipientPick] {
        var condition = filter.condition(dialect: transaction.dialect)
        if !filter.picksSome, !filter.needles.isEmpty {
            let found = try matchingRecipients(
                filter, RecipientWay(RecipientOrder(.added), .start), limit: limit)
            condition = transaction.dialect.among("r.id", found.ids)
        }
        return try transaction.rows(
            """
            SELECT \(RecipientPick.columns) FROM recipient r
            WHERE r.account_id = \(id) AND \(condition) ORDER BY r.id LIMIT \(limit)
            """, RecipientPick.init)
    }
}
