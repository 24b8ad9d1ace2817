internal import Campaigns

/// What is known of a message that something came for, before it is counted.
struct ReadingFact {
    var message: Message.ID
    var account: Account.ID
    var campaign: Campaign.ID
    var content: Content.ID
    var state: MessageState
    var attempts: Int
    var wasBegun: Bool
    var endedAt: Instant?
    var email: String
    /// Whether its recipient wants to be counted at all.
    var isTracked: Bool
    var countsOpens: Bool
    var countsClicks: Bool
    var keepsNetworks: Bool
    var reading: ReadingRow

    static let columns: SQL = """
        m.id, m.account_id, m.campaign_id, COALESCE(c.content_id, 0), m.state, m.attempts, m.began_at, m.ended_at, m.email,
        CASE WHEN m.untracked = 0 AND u.email_key IS NULL THEN 1 ELSE 0 END,
        COALESCE(t.tracks_opens, 0) * a.tracks_opens * c.tracks_opens,
        COALESCE(t.tracks_clicks, 0) * a.tracks_clicks * c.tracks_clicks, a.reader_networks, r.opens, r.human_opens, r.clicks, r.human_clicks, r.opened_at, r.human_opened_at, r.clicked_at,
        r.human_clicked_at
        """

    init(_ row: any Row) throws {
        message = try row.id(0)
        account = try row.id(1)
        campaign = try row.id(2)
        content = try row.id(3)
        state = try row.value(4)
        attempts = try row.int(5)
        wasBegun = !row.isNull(6)
        endedAt = try row.optionalInstant(7)
        email = try row.string(8)
        isTracked = try row.bool(9)
        countsOpens = try isTracked && row.bool(10)
        countsClicks = try isTracked && row.bool(11)
        keepsNetworks = try row.bool(12)
        reading = ReadingRow()
        reading.opens = try row.optionalInt64(13) ?? 0
        reading.humanOpens = try row.optionalInt64(14) ?? 0
        reading.clicks = try row.optionalInt64(15) ?? 0
        reading.humanClicks = try row.optionalInt64(16) ?? 0
        reading.openedAt = try row.optionalInt64(17)
        reading.humanOpenedAt = try row.optionalInt64(18)
        reading.clickedAt = try row.optionalInt64(19)
        reading.humanClickedAt = try row.optionalInt64(20)
    }
}

/// What was read of one message.
struct ReadingRow: Hashable {
    var opens: Int64 = 0
    var humanOpens: Int64 = 0
    var clicks: Int64 = 0
    var humanClicks: Int64 = 0
    var openedAt: Int64?
    var humanOpenedAt: Int64?
    var clickedAt: Int64?
    var humanClickedAt: Int64?
}

/// Adds up what a group of hits changes, so that each row is written once. Pure: what was read before is in the facts.
struct ReadingSheet {
    struct CampaignKey: Hashable {
        var account: Account.ID
        var campaign: Campaign.ID
    }

    struct ContentKey: Hashable {
        var account: Account.ID
        var content: Content.ID
    }

    struct DayKey: Hashable {
        var account: Account.ID
        var day: Int64
        var name: String
    }

    struct HourCounts {
        var opens = 0
        var humanOpens = 0
        var clicks = 0
        var humanClicks = 0
    }

    struct LinkCounts {
        var clicks = 0
        var humanClicks = 0
        var clicked = 0
        var humanClicked = 0
    }

    struct CampaignTally {
        var counts: [String: Int] = [:]
        var hours: [Int64: HourCounts] = [:]
        var links: [Int64: LinkCounts] = [:]
    }

    private struct LinkKey: Hashable {
        var message: Message.ID
        var link: Int64
    }

    private struct Entry {
        var fact: ReadingFact
        var hits: Hits
    }

    /// Openings and clicks of one message in the log; more are only counted.
    static let mostEntries: Int64 = 100
    /// A click of which nobody knows by which link.
    static let unknownLink: Int64 = -1

    let now: Instant
    /// From the node's clock to the database's.
    let shift: Duration
    /// Whether it is read from another installation's log: hits count for their own days, and nothing is known of the seconds
    /// between a mail and its first hit.
    let isHistory: Bool
    var written = ReadingsWritten()
    private(set) var readings: [[Int64?]] = []
    private(set) var linkReadings: [[Int64?]] = []
    private(set) var evidence: [ReadingFact] = []
    private(set) var days: [DayKey: Int] = [:]
    private var campaigns: [CampaignKey: CampaignTally] = [:]
    private var logged: [Entry] = []
    private var clicks: [LinkKey: (fact: ReadingFact, all: Int64, human: Int64)] = [:]
    private var earlier: [LinkKey: (all: Int64, human: Int64)] = [:]
    private var urls: [ContentKey: [Int64: String]] = [:]

    init(now: Instant, shift: Duration, isHistory: Bool = false) {
        self.now = now
        self.shift = shift
        self.isHistory = isHistory
    }

    /// In an order that is always the same, so that two nodes wait for one another and not each for the other.
    var tallies: [(CampaignKey, CampaignTally)] {
        campaigns.sorted { $0.key.campaign < $1.key.campaign }.map { ($0.key, $0.value) }
    }

    mutating func add(_ hits: [Hits], to fact: ReadingFact) {
        let total = hits.reduce(0) { $0 + $1.count }
        // A mail that was never sent can only have been looked at by those who write it.
        guard fact.wasBegun else { return written.leftOut += total }
        if fact.state == .unknown || fact.state == .ready && fact.attempts > 0 {
            evidence.append(fact)
            written.settled += fact.state == .unknown ? 1 : 0
        }
        let counted = hits.filter { $0.link == nil ? fact.countsOpens : fact.countsClicks }.map { hits in
            var hits = hits
            hits.first = hits.first + shift
            hits.last = hits.last + shift
            return hits
        }
        let sum = counted.reduce(0) { $0 + $1.count }
        written.counted += sum
        written.leftOut += total - sum
        guard !counted.isEmpty else { return }
        var row = fact.reading
        let key = CampaignKey(account: fact.account, campaign: fact.campaign)
        var tally = campaigns[key] ?? CampaignTally()
        let judge = ReadingJudge(deliveredAt: isHistory ? Instant(rawValue: 0) : fact.endedAt)
        for hits in judge.judged(counted).sorted(by: { $0.first < $1.first }) {
            if row.opens + row.clicks < Self.mostEntries { logged.append(Entry(fact: fact, hits: hits)) }
            if hits.link == nil { Self.open(hits, &row, &tally) } else { click(hits, fact, &row, &tally) }
        }
        note(fact, &row, &tally)
        campaigns[key] = tally
        readings.append([
            fact.account.rawValue, fact.campaign.rawValue, fact.message.rawValue, row.opens, row.humanOpens, row.clicks,
            row.humanClicks, row.openedAt, row.humanOpenedAt, row.clickedAt, row.humanClickedAt,
        ])
    }

    private static func open(_ hits: Hits, _ row: inout ReadingRow, _ tally: inout CampaignTally) {
        let isHuman = hits.sign == nil
        row.opens += Int64(hits.count)
        row.openedAt = row.openedAt ?? hits.first.rawValue
        tally.counts[ReadingCount.opens.rawValue, default: 0] += hits.count
        tally.hours[hits.hour, default: HourCounts()].opens += hits.count
        if let sign = hits.sign { tally.counts["open/\(sign.rawValue)", default: 0] += hits.count }
        guard isHuman else { return }
        row.humanOpens += Int64(hits.count)
        row.humanOpenedAt = row.humanOpenedAt ?? hits.first.rawValue
        tally.counts[ReadingCount.humanOpens.rawValue, default: 0] += hits.count
        tally.hours[hits.hour, default: HourCounts()].humanOpens += hits.count
    }

    private mutating func click(
        _ hits: Hits, _ fact: ReadingFact, _ row: inout ReadingRow, _ tally: inout CampaignTally
    ) {
        let isHuman = hits.sign == nil
        row.clicks += Int64(hits.count)
        row.clickedAt = row.clickedAt ?? hits.first.rawValue
        tally.counts[ReadingCount.clicks.rawValue, default: 0] += hits.count
        tally.hours[hits.hour, default: HourCounts()].clicks += hits.count
        if let sign = hits.sign { tally.counts["click/\(sign.rawValue)", default: 0] += hits.count }
        if isHuman {
            row.humanClicks += Int64(hits.count)
            row.humanClickedAt = row.humanClickedAt ?? hits.first.rawValue
            tally.counts[ReadingCount.humanClicks.rawValue, default: 0] += hits.count
            tally.hours[hits.hour, default: HourCounts()].humanClicks += hits.count
            // Whoever clicks has the mail before the eyes, pictures or not.
            if fact.countsOpens {
                row.openedAt = row.openedAt ?? hits.first.rawValue
                row.humanOpenedAt = row.humanOpenedAt ?? hits.first.rawValue
            }
        }
        guard let link = hits.link, link != Self.unknownLink else { return }
        let key = LinkKey(message: fact.message, link: link)
        var known = clicks[key] ?? (fact, 0, 0)
        known.all += Int64(hits.count)
        known.human += isHuman ? Int64(hits.count) : 0
        clicks[key] = known
    }

    /// What is counted once for each message.
    private mutating func note(_ fact: ReadingFact, _ row: inout ReadingRow, _ tally: inout CampaignTally) {
        let before = fact.reading
        func count(_ name: ReadingCount, _ isNew: Bool) {
            if isNew { tally.counts[name.rawValue, default: 0] += 1 }
        }
        count(.opened, before.openedAt == nil && row.openedAt != nil)
        count(.humanOpened, before.humanOpenedAt == nil && row.humanOpenedAt != nil)
        count(.clicked, before.clickedAt == nil && row.clickedAt != nil)
        count(.humanClicked, before.humanClickedAt == nil && row.humanClickedAt != nil)
        func day(_ at: Int64) -> Int64 { (isHistory ? at : now.rawValue) / 86_400_000_000 }
        if before.humanOpenedAt == nil, let at = row.humanOpenedAt {
            days[DayKey(account: fact.account, day: day(at), name: "opened"), default: 0] += 1
        }
        if before.humanClickedAt == nil, let at = row.humanClickedAt {
            days[DayKey(account: fact.account, day: day(at), name: "clicked"), default: 0] += 1
        }
    }

    // MARK: Links

    var linksToName: [(ContentKey, Set<Int64>)] {
        var links: [ContentKey: Set<Int64>] = [:]
        for entry in logged {
            guard let link = entry.hits.link else { continue }
            links[ContentKey(account: entry.fact.account, content: entry.fact.content), default: []].insert(link)
        }
        return links.map { ($0.key, $0.value) }
    }

    var messagesClicked: [(CampaignKey, Set<Int64>)] {
        var messages: [CampaignKey: Set<Int64>] = [:]
        for (key, click) in clicks {
            messages[CampaignKey(account: click.fact.account, campaign: click.fact.campaign), default: []]
                .insert(key.message.rawValue)
        }
        return messages.map { ($0.key, $0.value) }
    }

    mutating func name(_ link: Int64, of content: ContentKey, _ url: String) { urls[content, default: [:]][link] = url }

    mutating func addEarlier(_ message: Message.ID, link: Int64, clicks: Int64, humanClicks: Int64) {
        earlier[LinkKey(message: message, link: link)] = (clicks, humanClicks)
    }

    /// After what was clicked earlier is known.
    mutating func countLinks() {
        for (key, click) in clicks {
            let before = earlier[key] ?? (0, 0)
            let fact = click.fact
            linkReadings.append([
                fact.account.rawValue, fact.campaign.rawValue, key.message.rawValue, key.link, before.all + click.all,
                before.human + click.human,
            ])
            let campaign = CampaignKey(account: fact.account, campaign: fact.campaign)
            var counts = campaigns[campaign]?.links[key.link] ?? LinkCounts()
            counts.clicks += Int(click.all)
            counts.humanClicks += Int(click.human)
            counts.clicked += before.all == 0 ? 1 : 0
            counts.humanClicked += before.human == 0 && click.human > 0 ? 1 : 0
            campaigns[campaign, default: CampaignTally()].links[key.link] = counts
        }
    }

    // MARK: The log

    var entries: [[SQLValue]] {
        logged.map { entry in
            let (fact, hits) = (entry.fact, entry.hits)
            var reply = ""
            if let link = hits.link {
                let content = ContentKey(account: fact.account, content: fact.content)
                reply = String((urls[content]?[link] ?? "").prefix(1000))
            }
            if fact.keepsNetworks, !hits.network.isEmpty {
                reply += reply.isEmpty ? "from \(hits.network)" : " (from \(hits.network))"
            }
            return [
                fact.account.sqlValue, fact.campaign.sqlValue, fact.message.sqlValue, hits.first.sqlValue,
                .text(hits.link == nil ? "opened" : "clicked"), .text(reply), .text(hits.sign?.rawValue ?? ""),
                .text(fact.email),
            ]
        }
    }
}

extension Hits {
    fileprivate var hour: Int64 { first.rawValue / 3_600_000_000 }
}
