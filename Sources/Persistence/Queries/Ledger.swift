public import Campaigns

/// The ledger's writes. Each one names the epoch and is refused when the row has another.
extension Transaction {
    public func apply(_ batch: LedgerBatch, epoch: Epoch.ID) throws -> LedgerAnswer {
        try apply(batch, mark(batch, epoch: epoch), epoch: epoch)
    }

    /// All but the messages' own rows, which are marked already.
    func apply(_ batch: LedgerBatch, _ marks: LedgerMarks, epoch: Epoch.ID) throws -> LedgerAnswer {
        var changes = TallyChanges()
        var answer = LedgerAnswer()
        let ended = try record(batch.outcomes, accepted: marks.accepted, &changes)
        answer.granted = marks.granted
        for intent in batch.intents where marks.granted.contains(intent.id) {
            changes.move(1, intent.accountID, intent.campaignID, from: .claimed, to: .dotted)
        }
        // In the order of senders: two nodes never wait for each other.
        var taken = [([ClaimedMessage], Int)](repeating: ([], 0), count: batch.claims.count)
        for (index, claim) in batch.claims.enumerated().sorted(by: { $0.element.sender < $1.element.sender }) {
            let more = try extend(claim, epoch: epoch)
            taken[index] = (try take(claim.allowing(more), epoch: epoch, &changes), more)
        }
        (answer.claimed, answer.extensions) = (taken.map(\.0), taken.map(\.1))
        try suppressUnknown(ended, &changes)
        // Last of all the rows that other nodes write as well: they wait for our commit, and for nothing else of us.
        try use(ended, epoch: epoch)
        try count(batch.outcomes)
        try countBounces(ended)
        try apply(changes, open: answer.campaignsUnderWay(batch))
        batch.passBeforeCommit()
        return answer
    }

    // MARK: Claims

    private func take(_ claim: Claim, epoch: Epoch.ID, _ changes: inout TallyChanges) throws -> [ClaimedMessage] {
        var claimed: [ClaimedMessage] = []
        let campaigns = try campaignsToSend(claim)
        // Each gets an equal share first; what one leaves, the next ones may have.
        for (index, campaign) in campaigns.enumerated() where claimed.count < claim.limit {
            let share = (claim.limit - claimed.count) / (campaigns.count - index)
            claimed += try take(max(1, share), of: campaign, sender: claim.sender, epoch: epoch, &changes)
        }
        return claimed
    }

    /// Single mails first, then campaigns, beginning behind the one that was served last.
    private func campaignsToSend(_ claim: Claim) throws -> [ActiveCampaign] {
        let after = claim.after?.rawValue ?? 0
        let now = try now
        return try rows(
            """
            SELECT id, account_id, content_id, started_at, expires_at FROM campaign c
            WHERE state IN ('planning', 'sending') AND sender_id = \(claim.sender) AND content_id IS NOT NULL
                AND \(Self.hasDueMessage(at: now))
            ORDER BY CASE kind WHEN 'single' THEN 0 ELSE 1 END, CASE WHEN id > \(after) THEN 0 ELSE 1 END, id LIMIT 100
            """
        ) {
            ActiveCampaign(
                id: try $0.id(0), account: try $0.id(1), content: try $0.id(2), startedAt: try $0.optionalInstant(3),
                expiresAt: try $0.optionalInstant(4))
        }
    }

    private func take(
        _ limit: Int, of campaign: ActiveCampaign, sender: Sender.ID, epoch: Epoch.ID, _ changes: inout TallyChanges
    ) throws -> [ClaimedMessage] {
        let now = try now
        let due: SQL = """
            SELECT id FROM message WHERE campaign_id = \(campaign.id) AND state = 'ready' AND next_at <= \(now)
            ORDER BY next_at, id LIMIT \(limit) \(dialect.skippingLockedRows)
            """
        let claimed = try rows(
            """
            UPDATE message SET state = 'claimed', epoch = \(epoch), began_at = COALESCE(began_at, \(now))
            WHERE \(dialect.among("id", found: due))
            RETURNING id, recipient_id, began_at, attempts, email, merge, untracked
            """
        ) {
            let beganAt = try $0.instant(2)
            return ClaimedMessage(
                id: try $0.id(0), accountID: campaign.account, campaignID: campaign.id, recipientID: try $0.id(1),
                senderID: sender, contentID: campaign.content, beganAt: beganAt, attempts: try $0.int(3),
                email: try $0.string(4), merge: try $0.string(5), expiresAt: campaign.expiry(ofMessageBegunAt: beganAt),
                isTracked: try !$0.bool(6))
        }
        changes.move(claimed.count, campaign.account, campaign.id, from: .ready, to: .claimed)
        // PostgreSQL gives changed rows in no order.
        return claimed.sorted { $0.id < $1.id }
    }

    // MARK: Outcomes

    /// - Returns: those whose message was in this start's hands.
    private func record(
        _ outcomes: [Outcome], accepted: Set<Message.ID>, _ changes: inout TallyChanges
    ) throws -> [Outcome] {
        guard !outcomes.isEmpty else { return [] }
        let now = try now
        let written = outcomes.filter { accepted.contains($0.message.id) }
        for outcome in written {
            changes.move(
                1, outcome.message.accountID, outcome.message.campaignID,
                from: outcome.reachedTheDot ? .dotted : .claimed,
                to: outcome.state)
        }
        // An attempt is history even when the row was cancelled or taken over meanwhile: it happened. That of a campaign that
        // is gone by now has nowhere to stand.
        let late = outcomes.filter { !accepted.contains($0.message.id) }
        let kept = try self.kept(late)
        try log(outcomes.filter { accepted.contains($0.message.id) || kept.contains($0.message.id) }, now: now)
        // What was taken over has been counted by whoever did that.
        try settleByEvidence(late, now: now, &changes)
        try callOffSuppressed(written.filter { $0.reachedTheDot && $0.state == .ready }, now: now, &changes)
        let unknown = written.filter { $0.result == .unknown }.map(\.message.id)
        try followPolicy(of: unknown, resendAfter: UnknownPolicy.pause, &changes)
        return written
    }

    /// Whose messages are still there, and stay until the transaction ends.
    private func kept(_ outcomes: [Outcome]) throws -> Set<Message.ID> {
        guard !outcomes.isEmpty else { return [] }
        let messages = outcomes.map(\.message.id.rawValue).sorted()
        return Set(
            try rows(
                "SELECT id FROM message WHERE \(dialect.among("id", messages)) ORDER BY id \(dialect.keepingRows)"
            ) { try $0.id(0) })
    }

    /// Those whose address was suppressed while they awaited the server's answer, and that would be tried again.
    private func callOffSuppressed(_ outcomes: [Outcome], now: Instant, _ changes: inout TallyChanges) throws {
        for (account, outcomes) in Dictionary(grouping: outcomes, by: \.message.accountID).sorted(by: {
            $0.key < $1.key
        }) {
            let reasons = try self.account(account).suppressed(outcomes.map { ($0.message.id, $0.message.email) })
            for outcome in outcomes {
                guard let reason = reasons[outcome.message.id] else { continue }
                try run(
                    """
                    UPDATE message SET state = 'cancelled', ended_at = \(now), reason = \(reason.rawValue)
                    WHERE account_id = \(account) AND id = \(outcome.message.id) AND state = 'ready'
                    """)
                changes.move(1, account, outcome.message.campaignID, from: .ready, to: .cancelled)
            }
        }
    }

    private func log(_ outcomes: [Outcome], now: Instant) throws {
        try insert(
            into: "attempt",
            columns: [
                "account_id", "campaign_id", "message_id", "at", "milliseconds", "outcome", "code", "reply", "step",
                "email", "route",
            ],
            rows: outcomes.lazy.compactMap { outcome in
                outcome.name.map { name in
                    [
                        outcome.message.accountID.sqlValue, outcome.message.campaignID.sqlValue,
                        outcome.message.id.sqlValue,
                        now.sqlValue, .integer(outcome.duration.microseconds / 1000), .text(name),
                        outcome.code?.sqlValue ?? .null, .text(outcome.reply), .text(outcome.step),
                        .text(outcome.message.email), .text(outcome.route),
                    ]
                }
            })
    }

    private func use(_ outcomes: [Outcome], epoch: Epoch.ID) throws {
        var used: [SenderKey: Int] = [:]
        for outcome in outcomes where outcome.reachedTheDot {
            used[SenderKey(account: outcome.message.accountID, sender: outcome.message.senderID), default: 0] += 1
        }
        for (key, messages) in used.sorted(by: { $0.key.sender < $1.key.sender }) {
            try runLater(
                """
                UPDATE sender_work SET granted = granted - \(messages)
                WHERE account_id = \(key.account) AND sender_id = \(key.sender) AND epoch = \(epoch)
                """)
        }
        try countUsed(used)
    }

    /// In the order of senders.
    func countUsed(_ used: [SenderKey: Int]) throws {
        let second = try now.rawValue / 1_000_000
        for (key, messages) in used.sorted(by: { $0.key.sender < $1.key.sender }) {
            try runLater(
                """
                INSERT INTO sender_usage (account_id, sender_id, second, messages)
                VALUES (\(key.account), \(key.sender), \(second), \(messages))
                ON CONFLICT (account_id, sender_id, second) DO UPDATE
                    SET messages = sender_usage.messages + excluded.messages
                """)
        }
    }

    private func count(_ outcomes: [Outcome]) throws {
        var counts: [DayKey: Int] = [:]
        for outcome in outcomes {
            if let name = outcome.name {
                counts[DayKey(account: outcome.message.accountID, name: name), default: 0] += 1
            }
        }
        try countDay(counts)
    }

    /// In the order of accounts and names.
    func countDay(_ counts: [DayKey: Int]) throws {
        let day = try now.rawValue / 86_400_000_000
        for (key, messages) in counts.sorted(by: { ($0.key.account, $0.key.name) < ($1.key.account, $1.key.name) }) {
            try runLater(
                """
                INSERT INTO daily (account_id, day, outcome, messages)
                VALUES (\(key.account), \(day), \(key.name), \(messages))
                ON CONFLICT (account_id, day, outcome) DO UPDATE SET messages = daily.messages + excluded.messages
                """)
        }
    }
}

extension LedgerAnswer {
    /// Those of which something was just claimed, or is about to be ended.
    fileprivate func campaignsUnderWay(_ batch: LedgerBatch) -> Set<Campaign.ID> {
        var campaigns = Set(batch.intents.lazy.filter { granted.contains($0.id) }.map(\.campaignID))
        for messages in claimed { campaigns.formUnion(messages.lazy.map(\.campaignID)) }
        return campaigns
    }
}

private struct ActiveCampaign {
    var id: Campaign.ID
    var account: Account.ID
    var content: Content.ID
    var startedAt: Instant?
    var expiresAt: Instant?

    /// Limits and pauses may put off a mail's first attempt until long after the start: it has as long for its retries as
    /// the first ones had.
    func expiry(ofMessageBegunAt beganAt: Instant) -> Instant? {
        guard let startedAt, let expiresAt else { return expiresAt }
        return max(expiresAt, beganAt + (expiresAt - startedAt))
    }
}

struct SenderKey: Hashable {
    var account: Account.ID
    var sender: Sender.ID
}

struct DayKey: Hashable {
    var account: Account.ID
    var name: String
}
