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
    /// when they are many, those next to the place are looked for or, sorted by something else than newness, the index is
    /// walked, because the page is full soon.
    public func recipientPage(
        _ filter: AudienceFilter = AudienceFilter(), order: RecipientOrder = .newest,
        at place: ListPlace<Recipient.ID> = .start, limit: Int
    ) throws -> RecipientPage {
        var scan = RecipientScan(order: order)
        let dialect = transaction.dialect
        let matching: BoundedCount
        if filter.isEmpty {
            matching = .exactly(try recipientCount())
        } else {
            // Few can be sorted by anything; only by newness it need not be known first whether they are few.
            let found = try matchingRecipients(
                filter, limit: Self.countedMatches + 1, page: order.key == .added ? limit + 1 : nil)
            if found.isAll {
                matching = .exactly(found.ids.count)
                scan.condition = dialect.among("r.id", found.ids)
                scan.isFree = true
            } else {
                matching = .moreThan(Self.round(under: found.ids.count))
                if order.key == .added {
                    let ids =
                        order == .newest && place == .start
                        ? found.ids
                        : try matchingRecipients(filter, RecipientWay(order, place), limit: limit + 1).ids
                    scan.condition = dialect.among("r.id", ids.prefix(limit + 1))
                    scan.isFree = true
                } else {
                    scan.condition = filter.condition(dialect: dialect)
                }
            }
        }
        return try page(scan, at: place, limit: limit, matching: matching)
            // Fewer than a page before: the list's first page, whole.
            ?? recipientPage(filter, order: order, limit: limit)
    }

    /// A round number below one that is not the whole truth.
    private static func round(under count: Int) -> Int {
        let unit = count > 100 ? 100 : count > 10 ? 10 : 1
        return (count - 1) / unit * unit
    }

    /// - Returns: nil where less than a page lies before the place.
    private func page(
        _ scan: RecipientScan, at place: ListPlace<Recipient.ID>, limit: Int, matching: BoundedCount
    ) throws -> RecipientPage? {
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
            guard hasMore else { return nil }
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
