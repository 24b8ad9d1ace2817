public import Campaigns

/// What came for one message within a few seconds.
public struct MessageHits: Sendable, Hashable {
    public var account: Account.ID
    public var message: Message.ID
    public var hits: [Hits]

    public init(account: Account.ID, message: Message.ID, hits: [Hits]) {
        self.account = account
        self.message = message
        self.hits = hits
    }
}

/// What became of hits.
public struct ReadingsWritten: Sendable, Hashable {
    /// Requests that were counted.
    public var counted = 0
    /// Requests that were not: tracking is off, or the message is gone or was never sent.
    public var leftOut = 0
    /// Messages of which nobody knew whether they had arrived.
    public var settled = 0

    public init() {}
}

extension Transaction {
    /// Counts openings and clicks, of many accounts at once: messages are named by signed tokens, and each one must be of the
    /// account that its token names.
    ///
    /// An opening or a click, whoever made it, is evidence: a message of which nobody knew whether it arrived has arrived.
    /// - Parameter clock: the node's time now; that of the hits is moved to the database's.
    public func write(_ readings: [MessageHits], clock: Instant) throws -> ReadingsWritten {
        guard !readings.isEmpty else { return ReadingsWritten() }
        try lock(.countingReadings)
        let now = try now
        var sheet = ReadingSheet(now: now, shift: now - clock)
        let facts = try readingFacts(of: readings.map(\.message))
        for reading in readings.ofEachMessage {
            guard let fact = facts[reading.message], fact.account == reading.account else {
                sheet.written.leftOut += reading.hits.reduce(0) { $0 + $1.count }
                continue
            }
            sheet.add(reading.hits, to: fact)
        }
        try addLinks(to: &sheet)
        try write(sheet)
        return sheet.written
    }

    func readingFacts(of messages: some Sequence<Message.ID>) throws -> [Message.ID: ReadingFact] {
        var facts: [Message.ID: ReadingFact] = [:]
        try forEach(
            """
            SELECT \(ReadingFact.columns)
            FROM message m JOIN campaign c ON c.account_id = m.account_id AND c.id = m.campaign_id
            LEFT JOIN content t ON t.account_id = c.account_id AND t.id = c.content_id
            JOIN account a ON a.id = m.account_id
            LEFT JOIN recipient p ON p.account_id = m.account_id AND p.id = m.recipient_id
            LEFT JOIN untracked u ON u.account_id = p.account_id AND u.email_key = p.email_key
            LEFT JOIN reading r ON r.account_id = m.account_id AND r.campaign_id = m.campaign_id AND r.message_id = m.id
            WHERE \(dialect.among("m.id", messages.map(\.rawValue)))
            """
        ) { row in
            let fact = try ReadingFact(row)
            facts[fact.message] = fact
        }
        return facts
    }

    /// What each link of these messages was clicked before, and where it leads.
    func addLinks(to sheet: inout ReadingSheet) throws {
        for (content, links) in sheet.linksToName {
            try forEach(
                """
                SELECT number, url FROM link WHERE account_id = \(content.account) AND content_id = \(content.content)
                    AND \(dialect.among("number", links))
                """
            ) { sheet.name(try $0.int64(0), of: content, try $0.string(1)) }
        }
        for (campaign, messages) in sheet.messagesClicked {
            try forEach(
                """
                SELECT message_id, link, clicks, human_clicks FROM link_reading
                WHERE account_id = \(campaign.account) AND campaign_id = \(campaign.campaign)
                    AND \(dialect.among("message_id", messages))
                """
            ) {
                sheet.addEarlier(
                    try $0.id(0), link: try $0.int64(1), clicks: try $0.int64(2), humanClicks: try $0.int64(3))
            }
        }
        sheet.countLinks()
    }

    func write(_ sheet: ReadingSheet) throws {
        try insertReadings(sheet)
        try logReadings(sheet)
        var changes = TallyChanges()
        try settle(sheet, &changes)
        try addReadingTallies(sheet)
        try apply(changes)
    }

    private func insertReadings(_ sheet: ReadingSheet) throws {
        if !sheet.readings.isEmpty {
            try run(
                """
                INSERT INTO reading (account_id, campaign_id, message_id, opens, human_opens, clicks, human_clicks,
                    opened_at, human_opened_at, clicked_at, human_clicked_at)
                SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10 FROM \(dialect.numbers(sheet.readings)) n WHERE 1 = 1
                ON CONFLICT (account_id, campaign_id, message_id) DO UPDATE SET
                    opens = excluded.opens, human_opens = excluded.human_opens, clicks = excluded.clicks,
                    human_clicks = excluded.human_clicks, opened_at = excluded.opened_at,
                    human_opened_at = excluded.human_opened_at, clicked_at = excluded.clicked_at,
                    human_clicked_at = excluded.human_clicked_at
                """)
        }
        if !sheet.linkReadings.isEmpty {
            try run(
                """
                INSERT INTO link_reading (account_id, campaign_id, message_id, link, clicks, human_clicks)
                SELECT c0, c1, c2, c3, c4, c5 FROM \(dialect.numbers(sheet.linkReadings)) n WHERE 1 = 1
                ON CONFLICT (account_id, campaign_id, message_id, link) DO UPDATE
                    SET clicks = excluded.clicks, human_clicks = excluded.human_clicks
                """)
        }
    }

    private func logReadings(_ sheet: ReadingSheet) throws {
        try insert(
            into: "attempt",
            columns: ["account_id", "campaign_id", "message_id", "at", "outcome", "reply", "step", "email"],
            rows: sheet.entries)
    }

    private func settle(_ sheet: ReadingSheet, _ changes: inout TallyChanges) throws {
        for fact in sheet.evidence {
            // Only what is still unknown, or about to be sent again for that reason alone.
            let doubt: SQL =
                fact.state == .unknown
                ? "state = 'unknown'"
                : """
                state = 'ready' AND EXISTS (
                    SELECT 1 FROM attempt a WHERE a.message_id = message.id AND a.outcome = 'unknown')
                """
            let settled = try run(
                """
                UPDATE message SET state = 'delivered', ended_at = \(sheet.now), reason = '', epoch = NULL
                WHERE account_id = \(fact.account) AND id = \(fact.message) AND \(doubt)
                """)
            guard settled == 1 else { continue }
            changes.move(1, fact.account, fact.campaign, from: fact.state, to: .delivered)
            let reply = "Its recipient's side has opened it, so it arrived."
            try run(
                """
                INSERT INTO attempt (account_id, campaign_id, message_id, at, outcome, reply, step, email)
                VALUES (\(fact.account), \(fact.campaign), \(fact.message), \(sheet.now), 'delivered', \(reply), 'evidence',
                    \(fact.email))
                """)
        }
    }

    /// Counts what the receiving server refused for good, for the campaign's figures.
    func countBounces(_ outcomes: [Outcome]) throws {
        var bounced: [ReadingSheet.CampaignKey: Int] = [:]
        for outcome in outcomes where outcome.result == .failed && (500...599).contains(outcome.code ?? 0) {
            let message = outcome.message
            bounced[ReadingSheet.CampaignKey(account: message.accountID, campaign: message.campaignID), default: 0] += 1
        }
        for (key, messages) in bounced.sorted(by: { $0.key.campaign < $1.key.campaign }) {
            try account(key.account).addReadings(messages, named: ReadingCount.bounced.rawValue, of: key.campaign)
        }
    }

    private func addReadingTallies(_ sheet: ReadingSheet) throws {
        for (key, hits) in sheet.days.sorted(by: { ($0.key.account, $0.key.name) < ($1.key.account, $1.key.name) }) {
            try runLater(
                """
                INSERT INTO daily (account_id, day, outcome, messages)
                VALUES (\(key.account), \(key.day), \(key.name), \(hits))
                ON CONFLICT (account_id, day, outcome) DO UPDATE SET messages = daily.messages + excluded.messages
                """)
        }
        for (campaign, tally) in sheet.tallies {
            for (name, hits) in tally.counts.sorted(by: { $0.key < $1.key }) {
                try account(campaign.account).addReadings(hits, named: name, of: campaign.campaign)
            }
            for (hour, counts) in tally.hours {
                try runLater(
                    """
                    INSERT INTO reading_hour (account_id, campaign_id, hour, opens, human_opens, clicks, human_clicks)
                    VALUES (\(campaign.account), \(campaign.campaign), \(hour), \(counts.opens), \(counts.humanOpens),
                        \(counts.clicks), \(counts.humanClicks))
                    ON CONFLICT (account_id, campaign_id, hour) DO UPDATE SET
                        opens = reading_hour.opens + excluded.opens,
                        human_opens = reading_hour.human_opens + excluded.human_opens,
                        clicks = reading_hour.clicks + excluded.clicks,
                        human_clicks = reading_hour.human_clicks + excluded.human_clicks
                    """)
            }
            for (link, counts) in tally.links {
                try runLater(
                    """
                    INSERT INTO link_tally (account_id, campaign_id, link, clicks, human_clicks, clicked, human_clicked)
                    VALUES (\(campaign.account), \(campaign.campaign), \(link), \(counts.clicks), \(counts.humanClicks),
                        \(counts.clicked), \(counts.humanClicked))
                    ON CONFLICT (account_id, campaign_id, link) DO UPDATE SET
                        clicks = link_tally.clicks + excluded.clicks,
                        human_clicks = link_tally.human_clicks + excluded.human_clicks,
                        clicked = link_tally.clicked + excluded.clicked,
                        human_clicked = link_tally.human_clicked + excluded.human_clicked
                    """)
            }
        }
    }
}

extension [MessageHits] {
    /// With each message once, in the order of their first hits.
    fileprivate var ofEachMessage: [MessageHits] {
        var places: [MessageHits: Int] = [:]
        var merged: [MessageHits] = []
        for reading in self {
            let key = MessageHits(account: reading.account, message: reading.message, hits: [])
            if let place = places[key] {
                merged[place].hits += reading.hits
            } else {
                places[key] = merged.count
                merged.append(reading)
            }
        }
        return merged
    }
}

extension AccountScope {
    func addReadings(_ hits: Int, named name: String, of campaign: Campaign.ID) throws {
        guard hits != 0 else { return }
        try transaction.runLater(
            """
            INSERT INTO reading_tally (account_id, campaign_id, name, hits)
            VALUES (\(id), \(campaign), \(name), \(hits))
            ON CONFLICT (account_id, campaign_id, name) DO UPDATE SET hits = reading_tally.hits + excluded.hits
            """)
    }

    /// Counts that a recipient has unsubscribed by this campaign's mail, once.
    public func countUnsubscribed(campaign: Campaign.ID, recipient: Recipient.ID) throws {
        guard
            let message = try transaction.first(
                """
                SELECT id FROM message
                WHERE account_id = \(id) AND campaign_id = \(campaign) AND recipient_id = \(recipient)
                """, { try $0.id(0, as: Message.ID.self) })
        else { return }
        let now = try transaction.now
        let isNew =
            try transaction.run(
                """
                INSERT INTO reading (account_id, campaign_id, message_id, unsubscribed_at)
                VALUES (\(id), \(campaign), \(message), \(now))
                ON CONFLICT (account_id, campaign_id, message_id) DO UPDATE SET unsubscribed_at = excluded.unsubscribed_at
                WHERE reading.unsubscribed_at IS NULL
                """) > 0
        if isNew { try addReadings(1, named: ReadingCount.unsubscribed.rawValue, of: campaign) }
    }
}
