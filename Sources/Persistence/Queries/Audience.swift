public import Campaigns

extension AudienceFilter {
    /// The filter as a condition on the `recipient` table. The same people as `matches(_:_:)` says.
    ///
    /// `search` holds the folded fields, a line each.
    func condition(dialect: Dialect) -> SQL {
        var conditions: [SQL] = []
        if !search.isEmpty { conditions.append(dialect.contains("r.search", RecipientFields.folded(search))) }
        for field in RecipientField.allCases where !self[field].isEmpty {
            let text = RecipientFields.folded(self[field])
            conditions.append(dialect.contains(inLine: field.index + 1, of: "r.search", text))
        }
        if case .picked(let ids) = selection {
            conditions.append(dialect.among("r.id", ids.map(\.rawValue)))
        }
        return .all(conditions)
    }
}

extension AccountScope {
    /// How many recipients match, and how many of them are suppressed and will get nothing.
    public func audienceSize(_ filter: AudienceFilter) throws -> (matching: Int, suppressed: Int) {
        let condition = filter.condition(dialect: transaction.dialect)
        let matching = filter.isEmpty ? try recipientCount() : try matchingCount(filter)
        let suppressed = try transaction.count(
            """
            SELECT COUNT(*) FROM suppression s JOIN recipient r ON r.account_id = s.account_id AND r.email_key = s.email_key
            WHERE s.account_id = \(id) AND \(condition)
            """)
        return (matching, suppressed)
    }
}
