public import Campaigns

/// What a person decides about a campaign while it is not yet started.
public struct CampaignDraft: Sendable {
    public var name: String
    public var templateID: Template.ID
    public var senderID: Sender.ID
    /// JSON of an `AudienceFilter`.
    public var audienceFilter: String
    /// The past means now; `nil` makes a draft.
    public var scheduledAt: Instant?
    /// Keeps the time that was written down and starts nothing.
    public var isDraft: Bool
    /// Whether openings, and clicks, are counted, as far as the account counts them.
    public var tracksOpens: Bool
    public var tracksClicks: Bool
    /// What the form in which it is written calls itself: one campaign for each, however often the form comes. Empty for
    /// none.
    public var form = ""

    public init(
        name: String, templateID: Template.ID, senderID: Sender.ID, audienceFilter: String, scheduledAt: Instant?,
        isDraft: Bool = false, tracksOpens: Bool = true, tracksClicks: Bool = true
    ) {
        self.name = name
        self.templateID = templateID
        self.senderID = senderID
        self.audienceFilter = audienceFilter
        self.scheduledAt = scheduledAt
        self.isDraft = isDraft
        self.tracksOpens = tracksOpens
        self.tracksClicks = tracksClicks
    }

    var state: CampaignState { isDraft || scheduledAt == nil ? .draft : .scheduled }
}

extension AccountScope {
    public func campaign(_ campaign: Campaign.ID) throws -> CampaignRecord? {
        try transaction.first(
            "SELECT \(CampaignRecord.columns) FROM campaign WHERE account_id = \(id) AND id = \(campaign)",
            CampaignRecord.init)
    }

    /// Newest first, `limit` of them, older than `before`.
    /// - Parameter hasBegun: whether only those are wanted that have.
    public func campaigns(
        before: Campaign.ID? = nil, limit: Int, search: String = "", hasBegun: Bool = false
    ) throws -> [CampaignRecord] {
        let begun: SQL = hasBegun ? "AND started_at IS NOT NULL" : ""
        let matching: SQL = search.isEmpty ? "" : "AND \(transaction.dialect.contains("name", folding: search))"
        let older: SQL = before.map { "AND id < \($0)" } ?? ""
        return try transaction.rows(
            """
            SELECT \(CampaignRecord.columns) FROM campaign
            WHERE account_id = \(id) AND kind = 'campaign' \(older) \(matching) \(begun)
            ORDER BY id DESC LIMIT \(limit)
            """, CampaignRecord.init)
    }

    /// Those that began, or are to begin, within a time; the earliest first, `limit` of them. Drafts with a time are among them.
    public func campaigns(begunIn time: Range<Instant>, limit: Int) throws -> [CampaignRecord] {
        try transaction.rows(
            """
            SELECT \(CampaignRecord.columns) FROM campaign
            WHERE account_id = \(id) AND kind = 'campaign' AND COALESCE(started_at, scheduled_at) >= \(time.lowerBound)
                AND COALESCE(started_at, scheduled_at) < \(time.upperBound)
            ORDER BY COALESCE(started_at, scheduled_at), id LIMIT \(limit)
            """, CampaignRecord.init)
    }

    /// - Throws: ``DatabaseFault/constraint(_:)`` when template or sender are not the account's own.
    /// - Throws: ``DatabaseFault/duplicate`` where its form has made one already.
    public func createCampaign(_ draft: CampaignDraft, kind: CampaignRecord.Kind = .campaign) throws -> Campaign.ID {
        let now = try transaction.now
        return try transaction.one(
            """
            INSERT INTO campaign (account_id, kind, name, state, template_id, sender_id, audience_filter, scheduled_at,
                tracks_opens, tracks_clicks, form, created_at, updated_at)
            VALUES (\(id), \(kind.rawValue), \(draft.name), \(draft.state), \(draft.templateID), \(draft.senderID),
                \(draft.audienceFilter), \(draft.scheduledAt), \(draft.tracksOpens), \(draft.tracksClicks), \(draft.form),
                \(now), \(now))
            RETURNING id
            """
        ) { try $0.id(0) }
    }

    /// The campaign that was written in this form.
    public func campaign(ofForm form: String) throws -> Campaign.ID? {
        guard !form.isEmpty else { return nil }
        return try transaction.first(
            "SELECT id FROM campaign WHERE account_id = \(id) AND form = \(form) AND form <> ''"
        ) { try $0.id(0) }
    }

    /// - Returns: whether it could still be changed.
    public func updateCampaign(_ campaign: Campaign.ID, _ draft: CampaignDraft) throws -> Bool {
        let now = try transaction.now
        return try transaction.run(
            """
            UPDATE campaign SET name = \(draft.name), state = \(draft.state), template_id = \(draft.templateID),
                sender_id = \(draft.senderID), audience_filter = \(draft.audienceFilter),
                scheduled_at = \(draft.scheduledAt), tracks_opens = \(draft.tracksOpens),
                tracks_clicks = \(draft.tracksClicks), updated_at = \(now)
            WHERE account_id = \(id) AND id = \(campaign) AND state IN ('draft', 'scheduled')
            """) > 0
    }

    /// Takes a campaign, its whole ledger and the files that nothing else has away. One that is under way must be cancelled first.
    public func deleteCampaign(_ campaign: Campaign.ID) throws -> Bool {
        let rests = try transaction.first(
            """
            SELECT content_id FROM campaign WHERE account_id = \(id) AND id = \(campaign)
                AND state IN ('draft', 'scheduled', 'finished', 'cancelled') \(transaction.dialect.lockingRows)
            """
        ) { try $0.optionalID(0, as: Content.ID.self) }
        guard let content = rests, try tally(campaign).open == 0 else { return false }
        let own = try files(of: .campaign(campaign)).map(\.file.id)
        let isDeleted = try transaction.run("DELETE FROM campaign WHERE account_id = \(id) AND id = \(campaign)") > 0
        if let content { try removeFiles(of: content) }
        try removeIfUnused(own)
        return isDeleted
    }

    /// Makes the campaign due now, from a draft or before its time. The engine starts it within a second.
    public func startCampaignNow(_ campaign: Campaign.ID) throws -> Bool {
        let now = try transaction.now
        return try transaction.run(
            """
            UPDATE campaign SET state = 'scheduled', scheduled_at = \(now), updated_at = \(now)
            WHERE account_id = \(id) AND id = \(campaign) AND state IN ('draft', 'scheduled')
            """) > 0
    }

    /// Takes back that a campaign starts by itself; the time that was written down stays with the draft.
    public func unscheduleCampaign(_ campaign: Campaign.ID) throws -> Bool {
        try changeState(of: campaign, from: "'scheduled'", to: .draft)
    }

    /// Begins nothing new from the next commit on; what is under way ends.
    public func pauseCampaign(_ campaign: Campaign.ID) throws -> Bool {
        try changeState(of: campaign, from: "'planning', 'sending'", to: .paused, because: CampaignRecord.pausedByHand)
    }

    /// Goes on where it stopped: with its planning, or, when it could not even begin, with its start. Its retries end as much
    /// later as it stood still.
    public func resumeCampaign(_ campaign: Campaign.ID) throws -> Bool {
        let now = try transaction.now
        return try transaction.run(
            """
            UPDATE campaign SET state = CASE WHEN started_at IS NULL THEN 'scheduled' ELSE 'planning' END,
                paused_reason = '', expires_at = expires_at + (\(now) - updated_at), updated_at = \(now)
            WHERE account_id = \(id) AND id = \(campaign) AND state = 'paused'
            """) > 0
    }

    /// Nothing new is begun; messages that wait become `cancelled` (the engine sweeps them in pieces).
    public func cancelCampaign(_ campaign: Campaign.ID) throws -> Bool {
        try changeState(
            of: campaign, from: "'scheduled', 'planning', 'sending', 'paused'", to: .cancelled,
            because: "Cancelled by hand.")
    }

    private func changeState(
        of campaign: Campaign.ID, from states: SQL, to state: CampaignState, because reason: String = ""
    ) throws -> Bool {
        let now = try transaction.now
        return try transaction.run(
            """
            UPDATE campaign SET state = \(state), paused_reason = \(reason), updated_at = \(now)
            WHERE account_id = \(id) AND id = \(campaign) AND state IN (\(states))
            """) > 0
    }

    public func tally(_ campaign: Campaign.ID) throws -> Tally {
        var tally = Tally()
        try transaction.forEach(
            "SELECT state, messages FROM campaign_tally WHERE account_id = \(id) AND campaign_id = \(campaign)"
        ) { tally.add(try $0.int(1), to: try $0.value(0)) }
        return tally
    }

    /// Tallies of several campaigns at once, for lists.
    public func tallies(_ campaigns: [Campaign.ID]) throws -> [Campaign.ID: Tally] {
        var tallies: [Campaign.ID: Tally] = [:]
        try transaction.forEach(
            """
            SELECT campaign_id, state, messages FROM campaign_tally WHERE account_id = \(id)
                AND \(transaction.dialect.among("campaign_id", campaigns.map(\.rawValue)))
            """
        ) { tallies[try $0.id(0), default: Tally()].add(try $0.int(2), to: try $0.value(1)) }
        return tallies
    }

    /// All of the account's messages by state.
    public func tally() throws -> Tally {
        var tally = Tally()
        try transaction.forEach(
            "SELECT state, SUM(messages) FROM campaign_tally WHERE account_id = \(id) GROUP BY state"
        ) { tally.add(try $0.int(1), to: try $0.value(0)) }
        return tally
    }
}
