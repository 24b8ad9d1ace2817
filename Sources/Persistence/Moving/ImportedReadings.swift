public import Campaigns

/// An opening or a click that another installation counted.
public struct ImportedReading: Sendable, Hashable {
    public var message: Message.ID
    public var at: Instant
    public var isClick: Bool
    /// Where a click led; empty where nobody knows.
    public var url: String
    public var sign: MachineSign?

    public init(message: Message.ID, at: Instant, isClick: Bool, url: String = "", sign: MachineSign? = nil) {
        self.message = message
        self.at = at
        self.isClick = isClick
        self.url = url
        self.sign = sign
    }
}

extension AccountScope {
    /// Links of one campaign that get a number; a click on further ones is counted without.
    static var mostImportedLinks: Int { 1000 }

    /// Counts openings and clicks of a campaign as if they had come here, at their own times: for each message and link, by the
    /// hour and day, and in the log. Recipients who are not counted here are left out.
    /// - Returns: how many were counted.
    @discardableResult
    public func importReadings(_ readings: [ImportedReading], of campaign: Campaign.ID) throws -> Int {
        guard !readings.isEmpty else { return 0 }
        try transaction.lock(.countingReadings)
        var sheet = ReadingSheet(now: try transaction.now, shift: .zero, isHistory: true)
        let facts = try transaction.readingFacts(of: Set(readings.map(\.message)))
        let links = try numbers(of: readings, in: campaign)
        var hits: [Message.ID: [Hits]] = [:]
        for reading in readings {
            let link = reading.isClick ? links[reading.url] ?? ReadingSheet.unknownLink : nil
            hits[reading.message, default: []].append(
                Hits(link: link, sign: reading.sign, first: reading.at, last: reading.at))
        }
        for (message, hits) in hits.sorted(by: { $0.key < $1.key }) {
            guard var fact = facts[message], fact.account == id, fact.campaign == campaign else { continue }
            fact.countsOpens = fact.isTracked
            fact.countsClicks = fact.isTracked
            sheet.add(hits, to: fact)
        }
        try transaction.addLinks(to: &sheet)
        try transaction.write(sheet)
        return sheet.written.counted
    }

    /// The numbers of the links in the campaign's content; those that are new there get one. Without a content there are none.
    private func numbers(of readings: [ImportedReading], in campaign: Campaign.ID) throws -> [String: Int64] {
        let content = try transaction.first(
            "SELECT content_id FROM campaign WHERE account_id = \(id) AND id = \(campaign) AND content_id IS NOT NULL"
        ) { try $0.id(0, as: Content.ID.self) }
        guard let content else { return [:] }
        var numbers: [String: Int64] = [:]
        try transaction.forEach(
            "SELECT url, number FROM link WHERE account_id = \(id) AND content_id = \(content) ORDER BY number DESC"
        ) { numbers[try $0.string(0)] = try $0.int64(1) }
        var next = (numbers.values.max() ?? -1) + 1
        for reading in readings where reading.isClick && !reading.url.isEmpty && numbers[reading.url] == nil {
            guard numbers.count < Self.mostImportedLinks else { break }
            try transaction.run(
                """
                INSERT INTO link (account_id, content_id, number, url) VALUES (\(id), \(content), \(next), \(reading.url))
                """)
            numbers[reading.url] = next
            next += 1
        }
        return numbers
    }
}
