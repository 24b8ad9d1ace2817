internal import Campaigns

/// From where, and in which direction, recipients are looked for by their ids.
struct RecipientWay {
    var isAscending = false
    /// Only behind this one.
    var beyond: Int64?

    /// From the newest to the oldest.
    static var newestFirst: RecipientWay { RecipientWay() }

    init() {}

    /// For a page in the order of newness.
    init(_ order: RecipientOrder, _ place: ListPlace<Recipient.ID>) {
        switch place {
        case .start: isAscending = !order.isDescending
        case .after(let recipient): (isAscending, beyond) = (!order.isDescending, recipient.rawValue)
        case .before(let recipient): (isAscending, beyond) = (order.isDescending, recipient.rawValue)
        }
    }

    var order: SQL { isAscending ? "ORDER BY r.id" : "ORDER BY r.id DESC" }

    var condition: SQL {
        guard let beyond else { return "1 = 1" }
        return isAscending ? "r.id > \(beyond)" : "r.id < \(beyond)"
    }

    /// The same where something else leads to the rows. The plus keeps databases from walking from or to here instead.
    var passingCondition: SQL {
        guard let beyond else { return "1 = 1" }
        return isAscending ? "+r.id > \(beyond)" : "+r.id < \(beyond)"
    }

    /// Of blocks in rising order those that may hold any, the first ones first.
    func blocks(of blocks: [Int64]) -> [Int64] {
        let reached = blocks.filter { first in
            guard let beyond else { return true }
            return isAscending ? first + TextGrams.blockSize > beyond + 1 : first < beyond
        }
        return isAscending ? reached : reached.reversed()
    }
}

/// Recipients that match, some of all: what a statement begins with, a source of rows `r`, and a condition.
struct RecipientPart {
    var blocks: SQL = ""
    var source: SQL = "recipient r"
    var condition: SQL
    /// How many rows are looked through at most; nil where any number.
    var rows: Int?
    /// Of so many recipients of the account.
    var recipients: Int
}

/// Which recipients match a filter.
extension AccountScope {
    /// The ids of those that come first on a way, up to `limit`, and whether that are all.
    ///
    /// - Parameter page: once there are so many, no more than ``Dialect/recipientsCountedFurther`` are looked through.
    func matchingRecipients(
        _ filter: AudienceFilter, _ way: RecipientWay = .newestFirst, limit: Int, page: Int? = nil
    ) throws -> (ids: [Int64], isAll: Bool) {
        let most = filter.picksSome ? nil : transaction.dialect.recipientsCountedFurther
        var further = most ?? .max
        var ids: [Int64] = []
        var isAll = true
        var looks = BlockLooks(first: 32, most: Self.blocksPerLook)
        try scan(filter, way, first: looks.next) { part in
            // Of few all are counted.
            if let most, part.recipients <= 2 * most { further = .max }
            let enough = further == .max ? limit : min(page ?? limit, limit)
            func look(_ condition: SQL, limit: Int) throws -> [Int64] {
                try transaction.rows(
                    """
                    \(part.blocks) SELECT r.id FROM \(part.source)
                    WHERE r.account_id = \(id) AND \(part.condition) AND \(condition) \(way.order) LIMIT \(limit)
                    """
                ) { try $0.int64(0) }
            }
            if let rows = part.rows {
                if ids.count >= enough { further -= rows }
                ids += try look("1 = 1", limit: limit - ids.count)
                looks.looked(
                    at: rows / Int(TextGrams.blockSize), found: ids.count, of: ids.count < enough ? enough : limit)
            } else if ids.count >= enough, further != .max {
                further = 0
            } else {
                ids += try look("1 = 1", limit: enough - ids.count)
                if ids.count == enough, enough < limit, let last = ids.last {
                    let bound = way.isAscending ? last + Int64(further) : last - Int64(further)
                    ids += try look(
                        way.isAscending ? "r.id > \(last) AND r.id < \(bound)" : "r.id < \(last) AND r.id > \(bound)",
                        limit: limit - ids.count)
                    further = 0
                }
            }
            isAll = ids.count < limit && further > 0
            guard isAll else { return 0 }
            return ids.count < enough ? looks.next : min(looks.next, max(further / Int(TextGrams.blockSize), 1))
        }
        return (ids, isAll)
    }

    /// How many match.
    func matchingCount(_ filter: AudienceFilter) throws -> Int {
        var count = 0
        try scan(filter) { part in
            count += try transaction.count(
                """
                \(part.blocks) SELECT COUNT(*) FROM \(part.source) WHERE r.account_id = \(id) AND \(part.condition)
                """)
            return Self.blocksPerLook
        }
        return count
    }

    /// Calls `body` for parts of the recipients that together hold all that match, one behind the other on a way. It says how many
    /// blocks the next part may have; none ends it.
    ///
    /// - Parameters:
    ///   - columns: what of the rows is asked for beside their condition.
    ///   - first: how many blocks the first part has.
    func scan(
        _ filter: AudienceFilter, _ way: RecipientWay = .newestFirst, columns: SQL = "r.account_id, r.id",
        first: Int = AccountScope.blocksPerLook, _ body: (RecipientPart) throws -> Int
    ) throws {
        let matching = filter.condition(dialect: transaction.dialect)
        let condition: SQL = "\(way.condition) AND \(matching)"
        let (recipients, old) =
            try transaction.first("SELECT recipients, unindexed_to FROM account WHERE id = \(id)") {
                (try $0.int(0), try $0.int64(1))
            } ?? (0, 0)
        guard let blocks = try blocks(for: filter, among: recipients) else {
            _ = try body(RecipientPart(condition: condition, recipients: recipients))
            return
        }
        func older() throws -> Int {
            guard old > 0 else { return first }
            return try body(RecipientPart(condition: "r.id <= \(old) AND \(condition)", recipients: recipients))
        }
        var next = way.isAscending ? try older() : first
        var rest = way.blocks(of: blocks.reversed())[...]
        while next > 0, !rest.isEmpty {
            let some = rest.prefix(next)
            rest = rest.dropFirst(next)
            let (source, ofBlocks) = transaction.dialect.recipientsOfBlocks(
                account: id, columns: columns, where: "+r.id > \(old) AND \(way.passingCondition) AND \(matching)")
            next = try body(
                RecipientPart(
                    blocks: "WITH block (first_id) AS (\(transaction.dialect.integers(some)))", source: source,
                    condition: ofBlocks, rows: some.count << Int(TextGrams.blockBits), recipients: recipients))
        }
        if next > 0, !way.isAscending { _ = try older() }
    }

    /// About 30,000 recipients.
    static var blocksPerLook: Int { 500 }
}
