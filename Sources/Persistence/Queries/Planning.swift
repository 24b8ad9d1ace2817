public import Campaigns
internal import FailPoints
internal import Mail

/// How a campaign's audience becomes messages. For the engine: it works for all accounts.
extension Transaction {
    /// Campaigns whose time has come.
    public func dueCampaigns() throws -> [CampaignRecord] {
        let now = try now
        return try rows(
            """
            SELECT \(CampaignRecord.columns) FROM campaign WHERE state = 'scheduled' AND scheduled_at <= \(now) ORDER BY id
            """, CampaignRecord.init)
    }

    public func campaignsBeingPlanned() throws -> [CampaignRecord] {
        try rows(
            "SELECT \(CampaignRecord.columns) FROM campaign WHERE state = 'planning' ORDER BY id", CampaignRecord.init)
    }

    /// Whether mails wait for their turn with the database: whoever writes much gives way to them more often then.
    public func isSending() throws -> Bool {
        try first("SELECT 1 FROM campaign WHERE state IN ('planning', 'sending') LIMIT 1") { _ in true } ?? false
    }

    /// The campaign as it is now, for one node alone until the transaction ends; nil when another one is at it, or when it
    /// is no longer in that state.
    ///
    /// Other nodes are passed over, they do the same work; whoever holds the row for something else (an unsubscription, for
    /// some milliseconds) is waited for, or the campaign would stand still until the next look.
    public func lockCampaign(_ campaign: Campaign.ID, in state: CampaignState) throws -> CampaignRecord? {
        guard try tryLock(name: "planning of \(campaign)") else { return nil }
        return try first(
            """
            SELECT \(CampaignRecord.columns) FROM campaign WHERE id = \(campaign) AND state = \(state)
            \(dialect.lockingRows)
            """, CampaignRecord.init)
    }

    /// Freezes what is sent and to whom; from here on the campaign is `planning`.
    ///
    /// - Parameters:
    ///   - expiry: how long after the start retries end.
    ///   - preparing: what becomes of the HTML of a template before it is frozen.
    ///   - addsFooter: whether a template without a link to unsubscribe gets the account's footer. Where no server is behind
    ///     the mails, they stay as they were written.
    /// - Returns: false when another node, or a person who cancelled, was first.
    @discardableResult
    public func begin(
        _ due: CampaignRecord, expiry: Duration, addsFooter: Bool = true,
        preparing prepare: (TemplateRecord) -> String = { $0.html }
    ) throws -> Bool {
        guard let campaign = try lockCampaign(due.id, in: .scheduled) else { return false }
        let scope = account(campaign.accountID)
        guard let sender = try scope.sender(campaign.senderID) else { throw DatabaseFault.noRow }
        var content = campaign.contentID
        if content == nil, let id = campaign.templateID {
            guard let template = try scope.template(id) else { throw DatabaseFault.noRow }
            var (html, plainText) = (prepare(template), template.plainText)
            if addsFooter {
                let footer = try scope.details().footer
                (html, plainText) = footer.added(html: html, plainText: plainText)
            }
            content = try scope.freezeContent(
                subject: template.subject, html: html, plainText: plainText, fromName: sender.fromName,
                fromEmail: sender.fromEmail, replyTo: sender.replyTo)
            if let content {
                try scope.copyFiles(from: .template(id), to: .content(content))
                try scope.copyFiles(from: .campaign(campaign.id), to: .content(content))
            }
            if let content, let from = try? EmailAddress(sender.fromEmail) {
                try scope.freezeSigningKeys(of: content, domain: from.asciiDomain)
            }
        }
        // An import may have taken lower ids than others have committed since: nobody may come in between while it is planned.
        try scope.settleRecipients()
        let end = try count("SELECT COALESCE(MAX(id), 0) FROM recipient WHERE account_id = \(campaign.accountID)")
        let now = try now
        try run(
            """
            UPDATE campaign SET state = 'planning', content_id = \(content), plan_cursor = 0, plan_end = \(end),
                started_at = \(now), expires_at = \(now + expiry), updated_at = \(now)
            WHERE id = \(campaign.id) AND state = 'scheduled'
            """)
        return true
    }

    /// Stops a campaign that cannot begin or go on, with a sentence for its owner.
    public func hold(_ campaign: Campaign.ID, because reason: String) throws {
        let now = try now
        try run(
            """
            UPDATE campaign SET state = 'paused', paused_reason = \(reason), updated_at = \(now)
            WHERE id = \(campaign) AND state IN ('scheduled', 'planning', 'sending')
            """)
    }

    /// Makes the messages for the next recipients of a campaign in the order of their ids, in one transaction with the
    /// cursor, so that a kill neither loses nor doubles anybody. Suppressed addresses become `cancelled` messages, so that
    /// everybody of the audience is accounted for.
    ///
    /// - Parameter limit: how many recipients of the account are looked at; a filter may take fewer of them.
    /// - Returns: whether the whole audience has its messages now.
    public func plan(_ id: Campaign.ID, filter: AudienceFilter, limit: Int) throws -> Bool {
        // What another node is at is done for this one; should that one die, its piece is open again.
        guard let campaign = try lockCampaign(id, in: .planning) else { return true }
        let next = try lastRecipient(of: campaign, among: limit)
        let last = next ?? campaign.planEnd
        let made = try insertMessages(campaign, filter: filter, through: last, limit: limit)
        FailPoint.duringPlanning.pass()
        let now = try now
        let state = next == nil ? CampaignState.sending : .planning
        try run(
            """
            UPDATE campaign SET state = \(state), audience = audience + \(made), plan_cursor = \(last), updated_at = \(now)
            WHERE id = \(id)
            """)
        if next == nil { try finishIfDone([id]) }
        return next == nil
    }

    /// The last one of as many recipients as `limit` says; nil when fewer are left.
    ///
    /// Asked for by itself, so that the statement that makes the messages has both its ends: with a limit alone PostgreSQL
    /// sorted all that were left for each piece, as long as it had not yet looked at what an import had brought.
    private func lastRecipient(of campaign: CampaignRecord, among limit: Int) throws -> Recipient.ID? {
        try first(
            """
            SELECT id FROM recipient
            WHERE account_id = \(campaign.accountID) AND id > \(campaign.planCursor) AND id <= \(campaign.planEnd)
            ORDER BY id LIMIT 1 OFFSET \(limit - 1)
            """
        ) { try $0.id(0) }
    }

    /// They are due since 1970: a clock that is set back holds none of them up.
    ///
    /// Who is suppressed, or not counted, is looked for by the whole key, and not at all where an account has nobody of the
    /// kind: a join would depend on how many PostgreSQL believes there are, which it may last have counted before an import.
    private func insertMessages(
        _ campaign: CampaignRecord, filter: AudienceFilter, through last: Recipient.ID, limit: Int
    ) throws -> Int {
        let account = campaign.accountID
        let fields: [SQL] = [
            "r.email", "r.first_name", "r.last_name", "r.company", "r.country", "r.city", "r.free_field1",
            "r.free_field2", "r.free_field3",
        ]
        let merge = dialect.joined(fields, by: "\u{1F}")
        let suppresses = try holds("SELECT 1 FROM suppression WHERE account_id = \(account) LIMIT 1")
        let suppressed: SQL =
            suppresses
            ? "(SELECT s.reason FROM suppression s WHERE s.account_id = r.account_id AND s.email_key = r.email_key)"
            : "CAST(NULL AS TEXT)"
        let leavesOut = try holds("SELECT 1 FROM untracked WHERE account_id = \(account) LIMIT 1")
        let untracked: SQL =
            leavesOut
            ? "(SELECT COUNT(*) FROM untracked u WHERE u.account_id = r.account_id AND u.email_key = r.email_key)" : "0"
        // The inner limit leaves nobody out; it has both databases look for each reason once, and not where it is used. Where
        // SQLite has nothing to look for it would only write down each row twice, an eighth of the whole.
        let once: SQL =
            dialect == .sqlite && !suppresses && !leavesOut ? "" : "ORDER BY r.id LIMIT \(limit)"
        let made = try run(
            """
            INSERT INTO message (account_id, campaign_id, recipient_id, state, next_at, email, merge, reason, untracked)
            SELECT account_id, \(campaign.id), id, CASE WHEN suppressed IS NULL THEN 'ready' ELSE 'cancelled' END,
                0, email, merge, COALESCE(suppressed, ''), untracked
            FROM (
                SELECT r.account_id, r.id, r.email, \(merge) AS merge, \(suppressed) AS suppressed, \(untracked) AS untracked
                FROM recipient r
                WHERE r.account_id = \(account) AND r.id > \(campaign.planCursor) AND r.id <= \(last)
                    AND \(filter.condition(dialect: dialect))
                \(once)
            ) AS piece
            """)
        if made > 0 { try count(planned: made, of: campaign) }
        try renewStatistics(from: campaign.audience, to: campaign.audience + made)
        return made
    }

    private func holds(_ query: SQL) throws -> Bool { try first(query) { _ in true } ?? false }

    /// PostgreSQL keeps how it runs a prepared statement. What it chose while there was hardly a message (to walk over all of
    /// them) is given up only when its statistics change, which by itself it does a minute later: until then each group commit
    /// took half a second. So it is told to look where a campaign has become ten times as large.
    private func renewStatistics(from before: Int, to after: Int) throws {
        guard dialect == .postgres, Self.sizes.contains(where: { before < $0 && after >= $0 }) else { return }
        // Whoever holds the lock looks already.
        try run("ANALYZE (SKIP_LOCKED) message")
    }

    private static var sizes: [Int] { [1000, 10_000, 100_000, 1_000_000] }

    /// Counts by the index of messages in trouble who is suppressed, and not every message that was just made.
    private func count(planned made: Int, of campaign: CampaignRecord) throws {
        let cancelled = try count(
            """
            SELECT COUNT(*) FROM message
            WHERE account_id = \(campaign.accountID) AND \(MessageState.isInTrouble) AND state = 'cancelled'
                AND campaign_id = \(campaign.id) AND recipient_id > \(campaign.planCursor)
            """)
        var changes = TallyChanges()
        changes.add(made - cancelled, campaign.accountID, campaign.id, in: .ready)
        changes.add(cancelled, campaign.accountID, campaign.id, in: .cancelled)
        try apply(changes)
    }

    /// Campaigns that are done and do not say so: two nodes ended their last messages at the same moment, and each of them
    /// saw the other's still open.
    public func campaignsToFinish() throws -> [Campaign.ID] {
        try rows("SELECT id FROM campaign WHERE \(Self.isDone)") { try $0.id(0) }
    }

    public func finish(_ campaigns: [Campaign.ID]) throws { try finishIfDone(campaigns) }

    /// Marks campaigns finished of which no message is open.
    ///
    /// Each is looked at twice, the second time when nobody else can change it any more: somebody may just have opened one of
    /// its messages again. One that somebody else holds is not waited for: whoever holds it may wait for our messages or
    /// counters, and if it is done all the same, the engine's next look finds it (``campaignsToFinish()``).
    func finishIfDone(_ campaigns: some Sequence<Campaign.ID>) throws {
        let ids = campaigns.map(\.rawValue)
        guard !ids.isEmpty else { return }
        let done = try rows(
            "SELECT id FROM campaign WHERE \(dialect.among("id", ids)) AND \(Self.isDone) \(dialect.skippingLockedRows)"
        ) { try $0.int64(0) }
        guard !done.isEmpty else { return }
        try runLater(
            """
            UPDATE campaign SET state = 'finished', finished_at = \(nowInSQL), updated_at = \(nowInSQL)
            WHERE \(dialect.among("id", done)) AND \(Self.isDone)
            """)
    }

    private static var isDone: SQL {
        """
        state = 'sending' AND NOT EXISTS (
            SELECT 1 FROM campaign_tally t
            WHERE t.account_id = campaign.account_id AND t.campaign_id = campaign.id
                AND t.state IN ('ready', 'claimed', 'dotted') AND t.messages > 0)
        """
    }
}
