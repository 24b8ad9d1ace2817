public import Campaigns

/// What was counted of the readers of one campaign, or of a whole account.
public struct ReadingTally: Sendable, Hashable {
    private var counts: [ReadingCount: Int] = [:]
    /// Requests of machines, by how they gave themselves away.
    public private(set) var machineOpens: [MachineSign: Int] = [:]
    public private(set) var machineClicks: [MachineSign: Int] = [:]

    public init() {}

    public subscript(count: ReadingCount) -> Int { counts[count] ?? 0 }

    /// What a later version counts besides is passed over.
    mutating func add(_ hits: Int, named name: String) {
        if let count = ReadingCount(rawValue: name) { return counts[count, default: 0] += hits }
        let parts = name.split(separator: "/")
        guard parts.count == 2, let sign = MachineSign(rawValue: String(parts[1])) else { return }
        if parts[0] == "open" { machineOpens[sign, default: 0] += hits }
        if parts[0] == "click" { machineClicks[sign, default: 0] += hits }
    }
}

/// What was clicked of one link of a campaign.
public struct LinkStatistics: Sendable, Hashable {
    public var number: Int64
    /// As its author wrote it, merge tags included.
    public var url: String
    public var clicks: Int
    public var humanClicks: Int
    /// Recipients.
    public var clicked: Int
    public var humanClicked: Int
}

/// What was read within one hour.
public struct ReadingHour: Sendable, Hashable {
    /// Hours since 1970, UTC.
    public var hour: Int
    public var opens: Int
    public var humanOpens: Int
    public var clicks: Int
    public var humanClicks: Int
}

/// What one recipient did with one mail.
public struct ReaderRecord: Sendable, Hashable {
    public var message: Message.ID
    public var recipient: Recipient.ID
    public var email: String
    public var state: MessageState
    public var endedAt: Instant?
    public var opens: Int
    public var humanOpens: Int
    public var clicks: Int
    public var humanClicks: Int
    public var openedAt: Instant?
    public var humanOpenedAt: Instant?
    public var clickedAt: Instant?
    public var humanClickedAt: Instant?
    public var unsubscribedAt: Instant?
    /// When it came back after a server had taken it.
    public var bouncedAt: Instant?
    public var complainedAt: Instant?
    /// What was said when it came back, or was complained about.
    public var returnWords: String

    static let columns: SQL = """
        m.id, m.recipient_id, m.email, m.state, m.ended_at, r.opens, r.human_opens, r.clicks, r.human_clicks, r.opened_at,
        r.human_opened_at, r.clicked_at, r.human_clicked_at, r.unsubscribed_at, r.bounced_at,
        r.complained_at, r.return_words
        """

    static let source: SQL = """
        message m LEFT JOIN reading r
            ON r.account_id = m.account_id AND r.campaign_id = m.campaign_id AND r.message_id = m.id
        """

    init(_ row: any Row) throws {
        message = try row.id(0)
        recipient = try row.id(1)
        email = try row.string(2)
        state = try row.value(3)
        endedAt = try row.optionalInstant(4)
        opens = try row.optionalInt(5) ?? 0
        humanOpens = try row.optionalInt(6) ?? 0
        clicks = try row.optionalInt(7) ?? 0
        humanClicks = try row.optionalInt(8) ?? 0
        openedAt = try row.optionalInstant(9)
        humanOpenedAt = try row.optionalInstant(10)
        clickedAt = try row.optionalInstant(11)
        humanClickedAt = try row.optionalInstant(12)
        unsubscribedAt = try row.optionalInstant(13)
        bouncedAt = try row.optionalInstant(14)
        complainedAt = try row.optionalInstant(15)
        returnWords = row.isNull(16) ? "" : try row.string(16)
    }

    /// Where the next page of a list begins.
    public func place(in filter: ReaderFilter) -> Int64 {
        filter.isOfReaders ? message.rawValue : recipient.rawValue
    }
}

/// Which recipients of a campaign a person wants to see.
public enum ReaderFilter: String, Sendable, CaseIterable {
    case all
    /// By a person, as far as one can tell.
    case opened
    case clicked
    /// Delivered, and not opened, by machines either.
    case unopened
    case unsubscribed
    /// Came back after a server had taken it.
    case bounced
    case complained

    var isOfReaders: Bool { self != .all && self != .unopened }

    /// Word for word what the index `reading_told` holds.
    static let isTold: SQL = """
        (human_clicked_at IS NOT NULL OR unsubscribed_at IS NOT NULL OR bounced_at IS NOT NULL OR complained_at IS NOT NULL)
        """

    var condition: SQL {
        switch self {
        case .opened: "r.human_opened_at IS NOT NULL"
        case .clicked: "\(Self.isTold) AND r.human_clicked_at IS NOT NULL"
        case .all, .unopened: "1 = 1"
        case .unsubscribed: "\(Self.isTold) AND r.unsubscribed_at IS NOT NULL"
        case .bounced: "\(Self.isTold) AND r.bounced_at IS NOT NULL"
        case .complained: "\(Self.isTold) AND r.complained_at IS NOT NULL"
        }
    }
}

/// All of these read counters and never the messages, so that a campaign of a million opens at once.
extension AccountScope {
    public func readings(of campaign: Campaign.ID) throws -> ReadingTally {
        var tally = ReadingTally()
        try transaction.forEach(
            "SELECT name, hits FROM reading_tally WHERE account_id = \(id) AND campaign_id = \(campaign)"
        ) { tally.add(try $0.int(1), named: try $0.string(0)) }
        return tally
    }

    /// Of several campaigns at once, for lists.
    public func readings(of campaigns: [Campaign.ID]) throws -> [Campaign.ID: ReadingTally] {
        var tallies: [Campaign.ID: ReadingTally] = [:]
        try transaction.forEach(
            """
            SELECT campaign_id, name, hits FROM reading_tally WHERE account_id = \(id)
                AND \(transaction.dialect.among("campaign_id", campaigns.map(\.rawValue)))
            """
        ) { tallies[try $0.id(0), default: ReadingTally()].add(try $0.int(2), named: try $0.string(1)) }
        return tallies
    }

    /// Of all campaigns of the account that are still there.
    public func readings() throws -> ReadingTally {
        var tally = ReadingTally()
        try transaction.forEach(
            """
            SELECT name, CAST(SUM(hits) AS BIGINT) FROM reading_tally WHERE account_id = \(id) GROUP BY name
            """
        ) { tally.add(try $0.int(1), named: try $0.string(0)) }
        return tally
    }

    /// The links that were clicked most, by people, then by all.
    public func topLinks(of campaign: Campaign.ID, limit: Int) throws -> [LinkStatistics] {
        try transaction.rows(
            """
            SELECT t.link, l.url, t.clicks, t.human_clicks, t.clicked, t.human_clicked
            FROM link_tally t JOIN campaign c ON c.account_id = t.account_id AND c.id = t.campaign_id
            JOIN link l ON l.account_id = t.account_id AND l.content_id = c.content_id AND l.number = t.link
            WHERE t.account_id = \(id) AND t.campaign_id = \(campaign)
            ORDER BY t.human_clicked DESC, t.clicks DESC, t.link LIMIT \(limit)
            """
        ) {
            LinkStatistics(
                number: try $0.int64(0), url: try $0.string(1), clicks: try $0.int(2), humanClicks: try $0.int(3),
                clicked: try $0.int(4), humanClicked: try $0.int(5))
        }
    }

    /// The first hours in which anything was read, in their order.
    public func readingHours(of campaign: Campaign.ID, limit: Int) throws -> [ReadingHour] {
        try transaction.rows(
            """
            SELECT hour, opens, human_opens, clicks, human_clicks FROM reading_hour
            WHERE account_id = \(id) AND campaign_id = \(campaign) ORDER BY hour LIMIT \(limit)
            """
        ) {
            ReadingHour(
                hour: try $0.int(0), opens: try $0.int(1), humanOpens: try $0.int(2), clicks: try $0.int(3),
                humanClicks: try $0.int(4))
        }
    }

    /// Recipients in their order, behind the one whose ``ReaderRecord/place(in:)`` is `after`.
    public func readers(
        of campaign: Campaign.ID, _ filter: ReaderFilter = .all, after: Int64 = 0, limit: Int
    ) throws -> [ReaderRecord] {
        guard filter.isOfReaders else {
            // While little is delivered nobody looks for more among all that waits.
            let most = filter == .unopened ? min(limit, try tally(campaign)[.delivered]) : limit
            guard most > 0 else { return [] }
            let ids = try messageIDs(
                of: campaign, in: filter == .unopened ? .delivered : nil, after: Recipient.ID(rawValue: after),
                limit: most, matching: filter == .unopened ? Self.isUnopened : "")
            return try transaction.rows(inOrderOf: ids) { ids in
                """
                SELECT \(ReaderRecord.columns) FROM \(ReaderRecord.source)
                WHERE m.account_id = \(id) AND m.id IN (\(ids))
                """
            } _: {
                try ReaderRecord($0)
            }
        }
        try walkIndexes()
        // Those who did something are few: their rows are walked, not the campaign's.
        return try transaction.rows(
            """
            SELECT \(ReaderRecord.columns) FROM reading r JOIN message m ON m.id = r.message_id
            WHERE r.account_id = \(id) AND r.campaign_id = \(campaign) AND r.message_id > \(after)
                AND m.account_id = \(id) AND \(filter.condition)
            ORDER BY r.message_id LIMIT \(limit)
            """, ReaderRecord.init)
    }

    /// Asked for each message in its turn. The offset keeps PostgreSQL from making a join of it: as long as it believes that
    /// nobody opens anything, it would read all messages by their ids beside it.
    private static let isUnopened: SQL = """
        AND NOT EXISTS (
            SELECT 1 FROM reading r
            WHERE r.account_id = m.account_id AND r.campaign_id = m.campaign_id AND r.message_id = m.id
                AND r.opened_at IS NOT NULL LIMIT 1 OFFSET 0)
        """

    /// What was read of one message.
    public func reader(_ message: Message.ID) throws -> ReaderRecord? {
        try transaction.first(
            """
            SELECT \(ReaderRecord.columns) FROM \(ReaderRecord.source) WHERE m.account_id = \(id) AND m.id = \(message)
            """, ReaderRecord.init)
    }
}
