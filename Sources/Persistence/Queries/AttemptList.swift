internal import Campaigns

/// The log: which entries stand on a page is found by ids alone, in the index that has beside them what is filtered by.
extension AccountScope {
    /// The newest first, older than `before`.
    public func attempts(_ filter: AttemptFilter, before: Int64? = nil, limit: Int) throws -> [AttemptRecord] {
        let ids = try attemptIDs(filter, before: before ?? .max, limit: limit)
        return try transaction.rows(inOrderOf: ids) { ids in
            "SELECT \(AttemptRecord.columns) FROM attempt WHERE account_id = \(id) AND id IN (\(ids))"
        } _: {
            try AttemptRecord($0)
        }
    }

    private func attemptIDs(_ filter: AttemptFilter, before: Int64, limit: Int) throws -> [Int64] {
        try walkIndexes()
        if let campaign = filter.campaign, let messages = try messageIDs(ofFew: campaign) {
            return try attemptIDs(of: messages, filter, before: before, limit: limit)
        }
        guard filter.email.isEmpty else { return try attemptIDs(containing: filter, before: before, limit: limit) }
        return try newestIDs(filter, before: before, limit: limit)
    }

    /// Down one index until there are enough.
    private func newestIDs(_ filter: AttemptFilter, before: Int64, limit: Int) throws -> [Int64] {
        let (condition, order) = older(than: before, filter)
        return try transaction.rows(
            "SELECT id FROM attempt WHERE \(condition) \(matching(filter)) ORDER BY \(order) LIMIT \(limit)"
        ) { try $0.int64(0) }
    }

    /// A text that occurs often fills a page from the newest entries; for others it is known which messages may be meant.
    private func attemptIDs(containing filter: AttemptFilter, before: Int64, limit: Int) throws -> [Int64] {
        // Of one campaign the newest may lie far back.
        if filter.campaign == nil {
            let (condition, order) = older(than: before, filter)
            let found = try transaction.rows(
                """
                SELECT id FROM (
                    SELECT id, email FROM attempt WHERE \(condition) ORDER BY \(order) LIMIT \(Self.lookedAtFirst)) AS newest
                WHERE 1 = 1 \(matching(filter)) ORDER BY id DESC LIMIT \(limit)
                """
            ) { try $0.int64(0) }
            if found.count == limit { return found }
        }
        let messages = try messageIDs(
            containing: filter.email, of: filter.campaign, among: try attemptCount(filter.outcome), limit: limit)
        guard let messages else { return try newestIDs(filter, before: before, limit: limit) }
        return try attemptIDs(of: messages, filter, before: before, limit: limit)
    }

    /// They are found by their messages: nothing else that is said of them may lead over another index.
    private func attemptIDs(
        of messages: [Int64], _ filter: AttemptFilter, before: Int64, limit: Int
    ) throws -> [Int64] {
        guard !messages.isEmpty else { return [] }
        let outcome: SQL = filter.outcome.map { "AND COALESCE(outcome, '') = \($0.rawValue)" } ?? ""
        return try transaction.rows(
            """
            SELECT id FROM attempt
            WHERE +account_id = \(id) AND \(transaction.dialect.among("message_id", messages)) AND +id < \(before)
                \(outcome) \(matching(filter))
            ORDER BY +id DESC LIMIT \(limit)
            """
        ) { try $0.int64(0) }
    }

    /// The messages of a campaign that has so few that its entries are found by them; nil for a larger one.
    private func messageIDs(ofFew campaign: Campaign.ID) throws -> [Int64]? {
        guard try tally(campaign).total <= Self.fewMessages else { return nil }
        return try transaction.rows(
            "SELECT id FROM message WHERE account_id = \(id) AND campaign_id = \(campaign)"
        ) { try $0.int64(0) }
    }

    /// About how many entries there are; exact is not needed.
    private func attemptCount(_ outcome: AttemptRecord.Outcome?) throws -> Int {
        let condition: SQL = outcome.map { "AND outcome = \($0.rawValue)" } ?? ""
        return try transaction.count(
            "SELECT CAST(COALESCE(SUM(messages), 0) AS BIGINT) FROM daily WHERE account_id = \(id) \(condition)")
    }

    private static var fewMessages: Int { 5000 }
    private static var lookedAtFirst: Int { 1000 }

    private func matching(_ filter: AttemptFilter) -> SQL {
        filter.email.isEmpty ? "" : "AND \(transaction.dialect.contains("email", folding: filter.email))"
    }

    /// Which entries match outcome and campaign, and the order that only the index has in which they are looked for.
    private func older(than before: Int64, _ filter: AttemptFilter) -> (condition: SQL, order: SQL) {
        let dialect = transaction.dialect
        let ofCampaign: SQL = filter.campaign.map { "AND campaign_id = \($0)" } ?? ""
        guard let outcome = filter.outcome, outcome != .delivered else {
            let (condition, order) = dialect.older(than: before, where: "account_id", is: "\(id)")
            let delivered: SQL = filter.outcome == nil ? "" : "AND outcome = 'delivered'"
            return ("\(condition) \(delivered) \(ofCampaign)", order)
        }
        let (condition, order) = dialect.older(than: before, where: "outcome", is: "\(outcome.rawValue)")
        // Said in words, so that the index of what was not delivered is used.
        return ("account_id = \(id) AND outcome <> 'delivered' AND \(condition) \(ofCampaign)", order)
    }
}
