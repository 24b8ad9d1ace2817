public import Campaigns

/// A line of the suppression list.
public struct SuppressedAddress: Sendable, Hashable {
    public var key: String
    public var email: String
    public var suppression: Suppression
    /// Whose mail told it, where one did; without a name when it is gone.
    public var campaign: Campaign.ID?
    public var campaignName: String?

    /// Where the list goes on behind this line.
    public var place: SuppressionPlace { SuppressionPlace(since: suppression.since, key: key) }

    static let columns: SQL = """
        email_key, email, reason, note, created_at, campaign_id,
            (SELECT c.name FROM campaign c WHERE c.account_id = suppression.account_id AND c.id = suppression.campaign_id)
        """

    init(_ row: any Row) throws {
        key = try row.string(0)
        email = try row.string(1)
        suppression = Suppression(
            reason: SuppressionReason(rawValue: try row.string(2)) ?? .blocked, note: try row.string(3),
            since: try row.instant(4))
        campaign = try row.optionalID(5)
        campaignName = try row.optionalString(6)
    }
}

/// Where in the suppression list a page begins; as text, what an address carries.
public struct SuppressionPlace: Sendable, Hashable, CustomStringConvertible {
    public var since: Instant
    public var key: String

    public init(since: Instant, key: String) {
        self.since = since
        self.key = key
    }

    /// `nil` for what ``description`` did not write.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let microseconds = Int64(parts[0]), !parts[1].isEmpty else { return nil }
        self.init(since: Instant(rawValue: microseconds), key: String(parts[1]))
    }

    public var description: String { "\(since.rawValue) \(key)" }
}

/// An address that was taken off the list.
public struct SuppressionRemoval: Sendable, Hashable {
    public var id: Int64
    public var email: String
    /// As it stood.
    public var suppression: Suppression
    public var removedAt: Instant
    /// Empty for the person behind the address.
    public var removedBy: String
    public var why: String
}

/// What is looked for in the list.
public struct SuppressionFilter: Sendable, Hashable {
    /// A part of the address, in any case; empty for all.
    public var search: String
    public var reason: SuppressionReason?
    /// Those that this campaign brought.
    public var campaign: Campaign.ID?
    public var since: Instant?
    /// Those that were there before this moment.
    public var before: Instant?
    /// Without those where the person behind the address decided.
    public var leavesOutPersons = false

    public init(
        search: String = "", reason: SuppressionReason? = nil, campaign: Campaign.ID? = nil, since: Instant? = nil,
        before: Instant? = nil
    ) {
        self.search = search
        self.reason = reason
        self.campaign = campaign
        self.since = since
        self.before = before
    }

    public var isEmpty: Bool {
        search.isEmpty && reason == nil && campaign == nil && since == nil && before == nil && !leavesOutPersons
    }

    func condition(_ dialect: Dialect) -> SQL {
        var conditions: [SQL] = []
        if let reason { conditions.append("reason = \(reason.rawValue)") }
        if let campaign { conditions.append("campaign_id = \(campaign)") }
        if let since { conditions.append("created_at >= \(since)") }
        if let before { conditions.append("created_at < \(before)") }
        if leavesOutPersons {
            let reasons = SuppressionReason.allCases.filter { !$0.isPersons }.map(\.rawValue).sorted()
            conditions.append("reason IN (\(dialect.texts(reasons)))")
        }
        if !search.isEmpty {
            // Keys are folded, and have their domain in A-labels; what is not ASCII may stand in the address as it was given.
            let key = dialect.contains("email_key", search.lowercased())
            conditions.append(
                search.utf8.allSatisfy { $0 < 0x80 } ? key : "(\(key) OR \(dialect.contains("email", folding: search)))"
            )
        }
        return .all(conditions)
    }
}

extension AccountScope {
    /// Newest first, `limit` of them, behind `place`.
    public func suppressions(
        _ filter: SuppressionFilter = SuppressionFilter(), after place: SuppressionPlace? = nil, limit: Int
    ) throws -> [SuppressedAddress] {
        let older: SQL = place.map { "AND (created_at, email_key) < (\($0.since), \($0.key))" } ?? ""
        return try transaction.rows(
            """
            SELECT \(SuppressedAddress.columns) FROM suppression
            WHERE account_id = \(id) AND \(filter.condition(transaction.dialect)) \(older)
            ORDER BY created_at DESC, email_key DESC LIMIT \(limit)
            """, SuppressedAddress.init)
    }

    /// How many addresses are on the list, by reason.
    public func suppressionCounts() throws -> [SuppressionReason: Int] {
        var counts: [SuppressionReason: Int] = [:]
        try transaction.forEach(
            "SELECT reason, COUNT(*) FROM suppression WHERE account_id = \(id) GROUP BY reason"
        ) { counts[SuppressionReason(rawValue: try $0.string(0)) ?? .blocked, default: 0] += try $0.int(1) }
        return counts
    }

    public func suppressionCount(_ filter: SuppressionFilter) throws -> Int {
        try transaction.count(
            """
            SELECT COUNT(*) FROM suppression WHERE account_id = \(id) AND \(filter.condition(transaction.dialect))
            """)
    }

    /// Takes about `limit` of those that match off the list, the newest first; the history keeps who did it, and why. What the
    /// person behind an address decided stays.
    /// - Returns: how many it were, and whether there may be more.
    public func removeSuppressions(
        _ filter: SuppressionFilter, because why: String, by user: String, limit: Int
    ) throws -> (count: Int, hasMore: Bool) {
        var filter = filter
        filter.leavesOutPersons = true
        let condition: SQL = "account_id = \(id) AND \(filter.condition(transaction.dialect))"
        // A piece of the list's own order: nothing is looked for by its key, however long the list is.
        let last = try transaction.first(
            """
            SELECT created_at, email_key FROM suppression WHERE \(condition)
            ORDER BY created_at DESC, email_key DESC LIMIT 1 OFFSET \(limit - 1)
            """
        ) { SuppressionPlace(since: try $0.instant(0), key: try $0.string(1)) }
        let piece: SQL = last.map { "AND (created_at, email_key) >= (\($0.since), \($0.key))" } ?? ""
        let removed = try transaction.rows(
            "DELETE FROM suppression WHERE \(condition) \(piece) RETURNING email_key, email, reason, note, created_at"
        ) { row in
            try (0..<4).map { .text(try row.string($0)) } + [try row.instant(4).sqlValue] as [SQLValue]
        }
        let now = try transaction.now
        try transaction.insert(
            into: "suppression_removal",
            columns: [
                "account_id", "email_key", "email", "reason", "note", "suppressed_at", "removed_at", "removed_by",
                "why",
            ],
            rows: removed.map { [id.sqlValue] + $0 + [now.sqlValue, .text(user), .text(why)] })
        return (removed.count, last != nil)
    }

    /// One line, whether the address is a recipient or not.
    public func suppressedAddress(ofKey key: String) throws -> SuppressedAddress? {
        try transaction.first(
            "SELECT \(SuppressedAddress.columns) FROM suppression WHERE account_id = \(id) AND email_key = \(key)",
            SuppressedAddress.init)
    }

    /// What was taken off the list, the newest first; of one address where `key` is given.
    public func suppressionRemovals(
        ofKey key: String? = nil, before: Int64? = nil, limit: Int
    ) throws -> [SuppressionRemoval] {
        let address: SQL = key.map { "AND email_key = \($0)" } ?? ""
        let older: SQL = before.map { "AND id < \($0)" } ?? ""
        return try transaction.rows(
            """
            SELECT id, email, reason, note, suppressed_at, removed_at, removed_by, why FROM suppression_removal
            WHERE account_id = \(id) \(address) \(older) ORDER BY id DESC LIMIT \(limit)
            """
        ) {
            SuppressionRemoval(
                id: try $0.int64(0), email: try $0.string(1),
                suppression: Suppression(
                    reason: SuppressionReason(rawValue: try $0.string(2)) ?? .blocked, note: try $0.string(3),
                    since: try $0.instant(4)),
                removedAt: try $0.instant(5), removedBy: try $0.string(6), why: try $0.string(7))
        }
    }
}
