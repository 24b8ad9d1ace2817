internal import Campaigns

/// Messages by a part of their address. The index of the recipients' texts (``TextGrams``) says in which blocks of recipients it
/// may occur; bits are never taken out of it, so it also knows the addresses of recipients who changed or went. Whether a
/// message is found is decided by the address that it went to.
extension AccountScope {
    /// Of one campaign in the order of recipients, behind `after`.
    func messageIDs(
        of campaign: Campaign.ID, in state: MessageState?, after: Recipient.ID?, limit: Int, containing text: String
    ) throws -> [Int64] {
        let matching: SQL = "AND \(transaction.dialect.contains("m.email", folding: text))"
        func walk(upTo end: Int64? = nil) throws -> [Int64] {
            try messageIDs(of: campaign, in: state, after: after, upTo: end, limit: limit, matching: matching)
        }
        let tally = try tally(campaign)
        let all = state.map { tally[$0] } ?? tally.total
        guard all > Self.fewMessages, let blocks = try blocks(holding: [RecipientFields.folded(text)]) else {
            return try walk()
        }
        // What is delivered has no index of its own.
        let read = state == .delivered ? tally.total : all
        guard blocks.count << Int(TextGrams.blockBits) < read else { return try walk() }
        let unsearched = try unsearchedEnd()
        var ids = unsearched > after?.rawValue ?? 0 ? try walk(upTo: unsearched) : []
        let cursor = max(after?.rawValue ?? 0, unsearched)
        var rest = blocks.reversed().drop { $0 + TextGrams.blockSize <= cursor + 1 }
        // A text that occurs often fills the page with the first ones.
        var looks = BlockLooks(first: 8, most: Self.blocksPerMessageLook)
        while ids.count < limit, !rest.isEmpty {
            let some = rest.prefix(looks.next)
            rest = rest.dropFirst(looks.next)
            let inState: SQL = state.map { "AND m.state = \($0)" } ?? ""
            let condition: SQL = "m.campaign_id = \(campaign) AND +m.recipient_id > \(cursor) \(inState) \(matching)"
            ids += try transaction.rows(
                """
                \(messagesInBlocks(some, where: condition)) ORDER BY m.recipient_id LIMIT \(limit - ids.count)
                """
            ) { try $0.int64(0) }
            looks.looked(at: some.count, found: ids.count, of: limit)
        }
        return ids
    }

    /// Of all campaigns, or of one; nil where that is more work than looking through `entries` rows until there are `limit` of
    /// them, or where the index does not know all of them.
    func messageIDs(
        containing text: String, of campaign: Campaign.ID?, among entries: Int, limit: Int
    ) throws -> [Int64]? {
        guard let blocks = try blocks(holding: [RecipientFields.folded(text)]), try unsearchedEnd() == 0 else {
            return nil
        }
        let recipients = max(try recipientCount(), 1)
        // If one of each block is meant.
        let walked = min(entries, limit * recipients / max(blocks.count, 1))
        // A look into each campaign, and how many messages there are for a recipient.
        var (looks, copies) = (1, 1)
        if campaign == nil {
            looks = try transaction.count("SELECT COUNT(*) FROM campaign WHERE account_id = \(id)")
            copies = try tally().total / recipients + 1
        }
        let blockSize = Int(TextGrams.blockSize)
        guard blocks.count * (looks * Self.rowsForLook + copies * blockSize) <= walked else { return nil }
        let matching: SQL = "AND \(transaction.dialect.contains("m.email", folding: text))"
        let ofCampaign: SQL = campaign.map { "m.campaign_id = \($0)" } ?? "m.campaign_id = mine.id"
        var ids: [Int64] = []
        for start in stride(from: 0, to: blocks.count, by: Self.blocksPerMessageLook) {
            let some = blocks[start..<min(start + Self.blocksPerMessageLook, blocks.count)]
            ids += try transaction.rows(
                messagesInBlocks(some, where: "\(ofCampaign) \(matching)", isOfAll: campaign == nil)
            ) { try $0.int64(0) }
        }
        return ids
    }

    /// Of all campaigns in the order of the queue; nil where so many addresses may have the text, or there are so many campaigns,
    /// that they are better looked through one after the other.
    func messageIDs(
        ofAllIn state: MessageState?, after place: MessagePlace?, limit: Int, containing text: String
    ) throws -> [Int64]? {
        guard try tally().total > Self.fewMessages, try unsearchedEnd() == 0,
            let blocks = try blocks(holding: [RecipientFields.folded(text)]), blocks.count <= Self.blocksPerMessageLook
        else { return nil }
        let campaigns = try transaction.count("SELECT COUNT(*) FROM campaign WHERE account_id = \(id)")
        guard blocks.count * campaigns <= Self.mostLooks else { return nil }
        let inState: SQL = state.map { "AND m.state = \($0)" } ?? ""
        let matching = transaction.dialect.contains("m.email", folding: text)
        let condition: SQL = "m.campaign_id = mine.id \(inState) AND \(matching) \(behind(place))"
        return try transaction.rows(
            """
            \(messagesInBlocks(blocks, where: condition, isOfAll: true))
            ORDER BY m.campaign_id DESC, m.recipient_id LIMIT \(limit)
            """
        ) { try $0.int64(0) }
    }

    /// The ids `m.id` of messages to recipients in these blocks: a statement that may go on with an order.
    private func messagesInBlocks(_ blocks: some Sequence<Int64>, where condition: SQL, isOfAll: Bool = false) -> SQL {
        let dialect = transaction.dialect
        let campaigns: SQL =
            isOfAll ? ", mine (id) AS (SELECT c.id FROM campaign c WHERE c.account_id = \(id))" : ""
        let rows = dialect.messages(
            forEach: isOfAll ? "block CROSS JOIN mine" : "block",
            where: """
                m.account_id = \(id) AND m.recipient_id >= block.first_id AND m.recipient_id < block.first_id + 64
                    AND \(condition)
                """, most: "64")
        return """
            WITH block (first_id) AS (\(dialect.integers(blocks))) \(campaigns) SELECT m.id FROM \(rows)
            """
    }

    /// So many are looked through before anything else is asked.
    private static var fewMessages: Int { 1000 }
    private static var blocksPerMessageLook: Int { 500 }
    /// Looks of one statement, each of a block in a campaign.
    private static var mostLooks: Int { 20_000 }
    /// What a look that finds nothing takes, in rows that are looked through.
    private static var rowsForLook: Int { 4 }
}
