public import Campaigns

/// What tells cheaply whether people came or went.
public struct AudienceExtent: Sendable, Hashable {
    public var recipients: Int
    public var suppressed: Int
    public var newest: Int64
}

extension AccountScope {
    public func audienceExtent() throws -> AudienceExtent {
        AudienceExtent(
            recipients: try recipientCount(), suppressed: try suppressionCount(),
            newest: try transaction.first("SELECT MAX(id) FROM recipient WHERE account_id = \(id)") {
                try $0.optionalInt64(0) ?? 0
            } ?? 0)
    }

    /// Recipients that are shown as examples, at most.
    private static var mostExamples: Int { 5 }
    /// How far behind the first one others are looked for: what is rare is not worth another walk over all of them.
    private static var exampleReach: Int64 { 50_000 }

    /// The audience of a campaign, and what is wrong with some of it: counted in one walk over the recipients, so that a
    /// million of them takes a second or two.
    ///
    /// - Parameter needs: fields that a template shows without a fallback. Suppressed addresses are not counted for them.
    public func preflightAudience(
        _ filter: AudienceFilter, needs: [MergeNeed]
    ) throws -> PreflightFacts.Audience {
        var audience = PreflightFacts.Audience()
        let fields = RecipientField.allCases.filter { field in needs.contains { $0.field == field } }
        let hasSuppressions =
            try transaction.first("SELECT 1 FROM suppression WHERE account_id = \(id) LIMIT 1") { _ in true } ?? false
        let isReached: SQL =
            hasSuppressions
            ? """
             AND NOT EXISTS (
                SELECT 1 FROM suppression s WHERE s.account_id = \(id) AND s.email_key = r.email_key)
            """ : ""
        var groups: [SQL] = ["(\(Self.isInvalid)\(isReached))"]
        for field in fields {
            let gaps = needs.filter { $0.field == field }.map(Self.condition)
            groups.append("((\(gaps.joined(separator: " OR ")))\(isReached))")
        }
        let columns: [SQL] = groups.map {
            "COALESCE(SUM(CASE WHEN \($0) THEN 1 ELSE 0 END), 0), MIN(CASE WHEN \($0) THEN r.id END)"
        }
        var counts = groups.map { _ in (recipients: 0, first: Int64?.none) }
        try scan(filter, columns: "r.*") { part in
            // With `id > 0` SQLite walks in the order of the rows: by names, as it would, takes nearly three times as long.
            try transaction.forEach(
                """
                \(part.blocks) SELECT COUNT(*), \(columns.joined(separator: ", ")) FROM \(part.source)
                WHERE r.account_id = \(id) AND r.id > 0 AND \(part.condition)
                """
            ) { row in
                audience.matching += try row.int(0)
                for index in counts.indices {
                    counts[index].recipients += try row.int(1 + 2 * index)
                    guard let first = try row.optionalInt64(2 + 2 * index) else { continue }
                    counts[index].first = min(first, counts[index].first ?? first)
                }
            }
            return Self.blocksPerLook
        }
        if hasSuppressions { audience.suppressed = try audienceSize(filter).suppressed }
        audience.invalid = try group(counts[0], groups[0], filter)
        for (index, field) in fields.enumerated() {
            audience.missing[field] = try group(counts[index + 1], groups[index + 1], filter)
        }
        return audience
    }

    private func group(
        _ count: (recipients: Int, first: Int64?), _ condition: SQL, _ filter: AudienceFilter
    ) throws -> PreflightFacts.Group {
        guard let first = count.first else { return PreflightFacts.Group() }
        let examples = try transaction.rows(
            """
            SELECT r.id, r.email FROM recipient r
            WHERE r.account_id = \(id) AND r.id >= \(first) AND r.id < \(first + Self.exampleReach) AND \(condition)
                AND \(filter.condition(dialect: transaction.dialect))
            ORDER BY r.id LIMIT \(min(count.recipients, Self.mostExamples))
            """
        ) { PreflightFacts.Group.Example(id: try $0.id(0), email: try $0.string(1)) }
        return PreflightFacts.Group(recipients: count.recipients, examples: examples)
    }

    /// What could not be an address whatever the rules: the rest is found when it is sent.
    private static var isInvalid: SQL { "(r.email NOT LIKE '_%@_%._%' OR r.email LIKE '% %')" }

    private static func condition(_ need: MergeNeed) -> SQL {
        .all(
            ["\(column(need.field)) = ''"] + need.filled.sorted { $0.index < $1.index }.map { "\(column($0)) <> ''" }
                + need.empty.sorted { $0.index < $1.index }.map { "\(column($0)) = ''" })
    }

    private static func column(_ field: RecipientField) -> SQL {
        switch field {
        case .email: "r.email"
        case .firstName: "r.first_name"
        case .lastName: "r.last_name"
        case .company: "r.company"
        case .country: "r.country"
        case .city: "r.city"
        case .freeField1: "r.free_field1"
        case .freeField2: "r.free_field2"
        case .freeField3: "r.free_field3"
        }
    }
}
