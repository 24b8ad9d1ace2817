internal import Campaigns

/// Which messages of a campaign stand on a page. Each way walks an index: of what is waiting, of what is in hand, of what went
/// wrong, or of the whole campaign, where what is delivered comes first.
extension AccountScope {
    /// Up to `limit` of them in the order of recipients, behind `after` and, where that is said, not behind `end`.
    ///
    /// - Parameter matching: a further condition on `m`, with its AND.
    func messageIDs(
        of campaign: Campaign.ID, in state: MessageState?, after: Recipient.ID?, upTo end: Int64? = nil, limit: Int,
        matching: SQL = ""
    ) throws -> [Int64] {
        try walkIndexes()
        let cursor = after?.rawValue ?? 0
        let bound: SQL = end.map { "AND m.recipient_id <= \($0)" } ?? ""
        switch state {
        case .ready:
            return try waitingIDs(of: campaign, after: after, limit: limit, matching: "\(bound) \(matching)")
        case .claimed?, .dotted?:
            // The pluses keep databases from walking over the whole campaign instead of the few that are in hand.
            return try transaction.rows(
                """
                SELECT m.id FROM message m
                WHERE m.account_id = \(id) AND +m.campaign_id = \(campaign) AND m.state IN ('claimed', 'dotted')
                    AND m.state = \(state) AND +m.recipient_id > \(cursor) \(bound) \(matching)
                ORDER BY +m.recipient_id LIMIT \(limit)
                """
            ) { try $0.int64(0) }
        case nil, .delivered?, .failed?, .unknown?, .cancelled?, .quarantined?:
            return try transaction.rows(
                """
                SELECT m.id FROM message m
                WHERE m.account_id = \(id) AND m.campaign_id = \(campaign) \(Self.condition(state))
                    AND m.recipient_id > \(cursor) \(bound) \(matching)
                ORDER BY m.recipient_id LIMIT \(limit)
                """
            ) { try $0.int64(0) }
        }
    }

    /// Literal states let a database see that a partial index holds all that is asked for.
    private static func condition(_ state: MessageState?) -> SQL {
        switch state {
        case nil: ""
        case .delivered?: "AND m.state = 'delivered'"
        case let state?: "AND \(MessageState.isInTrouble) AND m.state = \(state)"
        }
    }

    /// The index of what is due holds those that were never in hand in the order of their ids, which is that of recipients;
    /// those that were put off or given back, usually few, are sorted.
    private func waitingIDs(
        of campaign: Campaign.ID, after: Recipient.ID?, limit: Int, matching: SQL
    ) throws -> [Int64] {
        let behind = try after.map { try lastMessage(of: campaign, upTo: $0) } ?? 0
        let frontier = try frontier(of: campaign)
        func look(_ nextAt: SQL, behind: Int64) -> SQL {
            """
            SELECT m.id FROM message m
            WHERE m.campaign_id = (SELECT c.id FROM campaign c WHERE c.account_id = \(id) AND c.id = \(campaign))
                AND m.state = 'ready' AND m.next_at \(nextAt) AND m.id > \(behind) \(matching)
            ORDER BY m.id LIMIT \(limit)
            """
        }
        var ids: [Int64] = []
        try transaction.forEach(
            inOneTrip: [
                look("= \(DueTime.atOnce)", behind: behind), look("= 0", behind: max(behind, frontier)),
                look("> 0", behind: behind),
            ]
        ) { ids.append(try $1.int64(0)) }
        return Array(ids.sorted().prefix(limit))
    }

    /// The message behind which those stand that were never in hand, while a campaign is being sent; 0 when nobody knows.
    ///
    /// PostgreSQL keeps the entries of what has left its index until it is cleaned, once a minute at most: some hundred
    /// thousand, over which each look would walk. A claim that was rolled back leaves its messages before the frontier: they
    /// are the next ones to be claimed, and lists know of them again at the latest when nothing was sent for
    /// ``frontierHolds``.
    private func frontier(of campaign: Campaign.ID) throws -> Int64 {
        let since = try transaction.now - Self.frontierHolds
        let (condition, order) = transaction.dialect.older(than: .max, where: "account_id", is: "\(id)")
        return try transaction.one(
            """
            SELECT COALESCE(MAX(message_id), 0) FROM (
                SELECT message_id, campaign_id, outcome, at FROM attempt WHERE \(condition) ORDER BY \(order) LIMIT 500
            ) AS newest
            WHERE campaign_id = \(campaign) AND outcome = 'delivered' AND at >= \(since)
            """
        ) { try $0.int64(0) }
    }

    private static var frontierHolds: Duration { .seconds(2) }

    /// The last of a campaign's messages to a recipient or to those before it; 0 for none.
    private func lastMessage(of campaign: Campaign.ID, upTo recipient: Recipient.ID) throws -> Int64 {
        try transaction.first(
            """
            SELECT id FROM message
            WHERE account_id = \(id) AND campaign_id = \(campaign) AND recipient_id <= \(recipient)
            ORDER BY recipient_id DESC LIMIT 1
            """
        ) { try $0.int64(0) } ?? 0
    }

    /// Where what follows is to be found by walking an index until there is enough.
    func walkIndexes() throws {
        for statement in transaction.dialect.walkingIndexes { try transaction.runLater(statement) }
    }
}
