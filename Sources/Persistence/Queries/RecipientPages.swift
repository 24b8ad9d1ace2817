public import Campaigns

/// Where a page of a list begins: behind a row, before a row, or at the start. A row that is gone means the start.
public enum ListPlace<ID: Sendable & Hashable>: Sendable, Hashable {
    case start
    case after(ID)
    case before(ID)
}

/// How many there are: exactly, or more than could be counted quickly.
public enum BoundedCount: Sendable, Hashable {
    case exactly(Int)
    case moreThan(Int)
}

/// One page of a list of recipients.
public struct RecipientPage: Sendable {
    public var rows: [RecipientRecord]
    /// The rows to go on from, if there is more in that direction.
    public var previous: ListPlace<Recipient.ID>?
    public var next: ListPlace<Recipient.ID>?
    /// How many recipients match.
    public var matching: BoundedCount
}

extension AccountScope {
    /// Matches are counted exactly up to here.
    public static var countedMatches: Int { 1_000 }

    /// How many recipients the account has.
    public func recipientCount() throws -> Int {
        try transaction.first("SELECT recipients FROM account WHERE id = \(id)") { try $0.int(0) } ?? 0
    }

    /// One page. Without a filter it walks an index from its place, so that it takes the same time anywhere in a list of
    /// millions. With one, the matches are looked for first, up to ``countedMatches``: when they are few, they are sorted;
    /// when they are many, the index is walked, because the page is full soon.
    public func recipientPage(
        _ filter: AudienceFilter = AudienceFilter(), order: RecipientOrder = .newest,
        at place: ListPlace<Recipient.ID> = .start, limit: Int
    ) throws -> RecipientPage {
        var scan = RecipientScan(order: order)
        let matching: BoundedCount
        if filter.isEmpty {
            matching = .exactly(try recipientCount())
        } else {
            let ids = try matchingRecipients(filter, limit: Self.countedMatches + 1)
            if ids.count > Self.countedMatches {
                matching = .moreThan(Self.countedMatches)
                if order == .newest, place == .start {
                    // The page is among those that were found.
                    scan.condition = transaction.dialect.among("r.id", ids.prefix(limit + 1))
                    scan.isFree = true
                } else {
                    scan.condition = filter.condition(dialect: transaction.dialect)
                }
            } else {
                matching = .exactly(ids.count)
                scan.condition = transaction.dialect.among("r.id", ids)
                scan.isFree = true
            }
        }
        return try page(scan, at: place, limit: limit, matching: matching)
    }

    /// The ids of the newest recipients that match.
    func matchingRecipients(_ filter: AudienceFilter, limit: Int) throws -> [Int64] {
        var found: [Int64] = []
        try scan(filter) { blocks, source, condition in
            let ids = try transaction.rows(
                """
                \(blocks) SELECT r.id FROM \(source) WHERE r.account_id = \(id) AND \(condition)
                ORDER BY r.id DESC LIMIT \(limit - found.count)
                """
            ) { try $0.int64(0) }
            found += ids
            return found.count < limit
        }
        return found
    }

    /// How many match.
    func matchingCount(_ filter: AudienceFilter) throws -> Int {
        var count = 0
        try scan(filter) { blocks, source, condition in
            count += try transaction.count(
                "\(blocks) SELECT COUNT(*) FROM \(source) WHERE r.account_id = \(id) AND \(condition)")
            return true
        }
        return count
    }

    /// Calls `body` for parts of the recipients that together hold all that match, from the newest to the oldest, until it
    /// says that it has enough: with a table of blocks to begin the statement with, a source of rows `r` and a condition.
    func scan(
        _ filter: AudienceFilter, _ body: (_ blocks: SQL, _ source: SQL, _ condition: SQL) throws -> Bool
    ) throws {
        let condition = filter.condition(dialect: transaction.dialect)
        guard let blocks = try blocks(for: filter) else {
            _ = try body("", "recipient r", condition)
            return
        }
        let old = try unindexedEnd()
        let (source, ofBlock) = transaction.dialect.recipientsOfBlocks(account: id)
        for start in stride(from: 0, to: blocks.count, by: Self.blocksPerLook) {
            let some = blocks[start..<min(start + Self.blocksPerLook, blocks.count)]
            let goesOn = try body(
                "WITH block (first_id) AS (\(transaction.dialect.integers(some)))", source,
                "\(ofBlock) AND r.id > \(old) AND \(condition)")
            guard goesOn else { return }
        }
        if old > 0 { _ = try body("", "recipient r", "r.id <= \(old) AND \(condition)") }
    }

    /// About 30,000 recipients.
    private static var blocksPerLook: Int { 500 }

    private func page(
        _ scan: RecipientScan, at place: ListPlace<Recipient.ID>, limit: Int, matching: BoundedCount
    ) throws -> RecipientPage {
        let anchor: [SQLValue]?
        let isBackwards: Bool
        switch place {
        case .start: (anchor, isBackwards) = (nil, false)
        case .after(let recipient): (anchor, isBackwards) = (try values(of: recipient, scan.order), false)
        case .before(let recipient):
            anchor = try values(of: recipient, scan.order)
            isBackwards = anchor != nil
        }
        var beyond: SQL = "1 = 1"
        if let anchor { beyond = scan.order.condition(beyond: anchor, isBackwards: isBackwards, isFree: scan.isFree) }
        var rows = try transaction.rows(
            """
            SELECT \(RecipientRecord.columns) FROM \(RecipientRecord.source)
            WHERE r.account_id = \(id) AND \(scan.condition) AND \(beyond)
            \(scan.order.clause(isBackwards: isBackwards, isFree: scan.isFree)) LIMIT \(limit + 1)
            """, RecipientRecord.init)
        let hasMore = rows.count > limit
        if hasMore { rows.removeLast() }
        if isBackwards {
            // Fewer than a page before: the list's first page, whole.
            guard hasMore else { return try page(scan, at: .start, limit: limit, matching: matching) }
            rows.reverse()
        }
        return RecipientPage(
            rows: rows,
            previous: isBackwards || anchor != nil ? rows.first.map { .before($0.id) } : nil,
            next: isBackwards || hasMore ? rows.last.map { .after($0.id) } : nil,
            matching: matching)
    }

    /// What the order compares of one recipient; nil if it is gone. Newness is the id itself, which outlives the row.
    private func values(of recipient: Recipient.ID, _ order: RecipientOrder) throws -> [SQLValue]? {
        if order.key == .added { return [recipient.sqlValue] }
        return try transaction.first(
            """
            SELECT r.id, r.email_key, r.name_key, r.company_key FROM recipient r
            WHERE r.account_id = \(id) AND r.id = \(recipient)
            """, order.values)
    }
}

/// What is walked for a page.
private struct RecipientScan {
    var order: RecipientOrder
    var condition: SQL = "1 = 1"
    /// Whether the rows are found by the condition and then sorted, instead of walking the order's index.
    var isFree = false
}
