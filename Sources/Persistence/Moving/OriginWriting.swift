public import Campaigns

/// A user as an import makes it.
public struct ImportedUser: Sendable {
    public var new: NewUser
    public var isAdministrator, isActive: Bool
    public var createdAt: Instant
    public var lastLoginAt: Instant?

    public init(
        _ new: NewUser, isAdministrator: Bool, isActive: Bool, createdAt: Instant, lastLoginAt: Instant?
    ) {
        self.new = new
        self.isAdministrator = isAdministrator
        self.isActive = isActive
        self.createdAt = createdAt
        self.lastLoginAt = lastLoginAt
    }
}

/// A campaign as an import makes it.
public struct ImportedCampaign: Sendable {
    public var name: String
    public var state: CampaignState
    public var template: Template.ID?
    public var sender: Sender.ID
    public var content: Content.ID?
    /// JSON of an `AudienceFilter`.
    public var audienceFilter: String
    public var scheduledAt, startedAt, finishedAt, expiresAt: Instant?
    public var pausedReason: String

    public init(
        name: String, state: CampaignState, template: Template.ID?, sender: Sender.ID, content: Content.ID?,
        audienceFilter: String, scheduledAt: Instant?, startedAt: Instant?, finishedAt: Instant?,
        expiresAt: Instant? = nil, pausedReason: String = ""
    ) {
        self.name = name
        self.state = state
        self.template = template
        self.sender = sender
        self.content = content
        self.audienceFilter = audienceFilter
        self.scheduledAt = scheduledAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.expiresAt = expiresAt
        self.pausedReason = pausedReason
    }
}

/// A message as an import makes it. What would still be sent stands as `cancelled` until the campaign is whole.
public struct ImportedMessage: Sendable {
    public var recipient: Recipient.ID
    public var state: MessageState
    public var attempts: Int
    public var beganAt, endedAt: Instant?
    public var email, merge, reason: String

    public init(
        recipient: Recipient.ID, state: MessageState, attempts: Int, beganAt: Instant?, endedAt: Instant?,
        email: String, merge: String, reason: String
    ) {
        self.recipient = recipient
        self.state = state
        self.attempts = attempts
        self.beganAt = beganAt
        self.endedAt = endedAt
        self.email = email
        self.merge = merge
        self.reason = reason
    }
}

/// An entry of another installation's log.
public struct ImportedAttempt: Sendable {
    public var message: Message.ID
    public var at: Instant
    public var outcome: AttemptRecord.Outcome
    public var code: Int?
    public var reply, email: String

    public init(
        message: Message.ID, at: Instant, outcome: AttemptRecord.Outcome, code: Int?, reply: String, email: String
    ) {
        self.message = message
        self.at = at
        self.outcome = outcome
        self.code = code
        self.reply = reply
        self.email = email
    }
}

extension Transaction {
    /// Makes an account with its user and a rehearsal sender, and remembers where it came from.
    public func addImportedUser(
        _ user: ImportedUser, installation: String, origin: Int64
    ) throws -> (account: Account.ID, sender: Sender.ID) {
        let row = try addUser(user.new, isAdministrator: user.isAdministrator)
        try run(
            """
            UPDATE users SET is_active = \(user.isActive), created_at = \(user.createdAt), last_login_at = \(user.lastLoginAt)
            WHERE id = \(row.id)
            """)
        try rememberOrigin(of: row.account, installation: installation, user: origin)
        guard let sender = try account(row.account).defaultSender() else { throw DatabaseFault.noRow }
        return (row.account, sender.id)
    }
}

extension AccountScope {
    /// Recipients by `EmailAddress.key`.
    public func recipientIDs(withKeys keys: [String]) throws -> [String: Recipient.ID] {
        guard !keys.isEmpty else { return [:] }
        var found: [String: Recipient.ID] = [:]
        try transaction.forEach(
            """
            SELECT email_key, id FROM recipient
            WHERE account_id = \(id) AND email_key IN (\(transaction.dialect.texts(keys)))
            """
        ) { found[try $0.string(0)] = try $0.id(1) }
        return found
    }

    /// Ids that no recipient has and none will get: those of recipients who are no more, but whose messages are kept.
    public func idsOfDeletedRecipients(_ count: Int) throws -> [Recipient.ID] {
        let now = try transaction.now
        var ids: [Recipient.ID] = []
        for number in 0..<count {
            ids.append(
                try transaction.one(
                    """
                    INSERT INTO recipient (account_id, email, email_key, created_at, updated_at)
                    VALUES (\(id), '', \("deleted \(number)"), \(now), \(now)) RETURNING id
                    """
                ) { try $0.id(0) })
        }
        try transaction.run(
            """
            DELETE FROM recipient
            WHERE account_id = \(id) AND \(transaction.dialect.among("id", ids.map(\.rawValue)))
            """)
        return ids
    }

    public func importCampaign(_ campaign: ImportedCampaign) throws -> Campaign.ID {
        let now = try transaction.now
        let created = campaign.startedAt ?? campaign.scheduledAt ?? now
        return try transaction.one(
            """
            INSERT INTO campaign (account_id, name, state, template_id, sender_id, content_id, audience_filter, scheduled_at,
                started_at, finished_at, expires_at, paused_reason, created_at, updated_at)
            VALUES (\(id), \(campaign.name), \(campaign.state), \(campaign.template), \(campaign.sender),
                \(campaign.content), \(campaign.audienceFilter), \(campaign.scheduledAt), \(campaign.startedAt),
                \(campaign.finishedAt), \(campaign.expiresAt), \(campaign.pausedReason),
                \(created > now ? now : created), \(now)) RETURNING id
            """
        ) { try $0.id(0) }
    }

    /// Adds messages with their tallies; those with a recipient who has one already are passed over.
    public func importMessages(_ messages: [ImportedMessage], to campaign: Campaign.ID, of sender: Sender.ID) throws {
        let there = try messageIDs(of: campaign, to: messages.map(\.recipient))
        let new = messages.filter { there[$0.recipient] == nil }
        guard !new.isEmpty else { return }
        let (account, number) = (id.sqlValue, campaign.sqlValue)
        try transaction.insert(
            into: "message",
            columns: [
                "account_id", "campaign_id", "recipient_id", "state", "next_at", "attempts", "began_at", "ended_at",
                "email", "merge", "reason",
            ],
            rows: new.lazy.map { message in
                let isOpen = message.state == .ready
                return [
                    account, number, message.recipient.sqlValue,
                    (isOpen ? MessageState.cancelled : message.state).sqlValue,
                    .integer(0), message.attempts.sqlValue, message.beganAt?.sqlValue ?? .null,
                    isOpen ? .integer(0) : message.endedAt?.sqlValue ?? .null, .text(message.email),
                    .text(message.merge), .text(message.reason),
                ]
            })
        var states: [MessageState: Int] = [:]
        for message in new { states[message.state == .ready ? .cancelled : message.state, default: 0] += 1 }
        for (state, number) in states { try count(number, in: state, of: campaign) }
        try transaction.run(
            "UPDATE campaign SET audience = audience + \(new.count) WHERE account_id = \(id) AND id = \(campaign)")
        try countForLimit(new, sender)
    }

    /// What another installation sent within the last day counts against the hourly limit and a warm-up here.
    private func countForLimit(_ messages: [ImportedMessage], _ sender: Sender.ID) throws {
        let since = try transaction.now - .seconds(90_000)
        var seconds: [Int64: Int] = [:]
        for message in messages where message.state == .delivered {
            guard let at = message.endedAt, at > since else { continue }
            seconds[at.rawValue / 1_000_000, default: 0] += 1
        }
        for (second, count) in seconds {
            try transaction.run(
                """
                INSERT INTO sender_usage (account_id, sender_id, second, messages)
                VALUES (\(id), \(sender), \(second), \(count))
                ON CONFLICT (account_id, sender_id, second) DO UPDATE
                    SET messages = sender_usage.messages + excluded.messages
                """)
        }
    }

    private func count(_ messages: Int, in state: MessageState, of campaign: Campaign.ID) throws {
        try transaction.run(
            """
            INSERT INTO campaign_tally (account_id, campaign_id, state, messages)
            VALUES (\(id), \(campaign), \(state), \(messages))
            ON CONFLICT (account_id, campaign_id, state) DO UPDATE
                SET messages = campaign_tally.messages + excluded.messages
            """)
    }

    /// The messages of a campaign to some recipients, as far as there are any.
    public func messageIDs(
        of campaign: Campaign.ID, to recipients: [Recipient.ID]
    ) throws -> [Recipient.ID: Message.ID] {
        var found: [Recipient.ID: Message.ID] = [:]
        try transaction.forEach(
            """
            SELECT recipient_id, id FROM message WHERE account_id = \(id) AND campaign_id = \(campaign)
                AND \(transaction.dialect.among("recipient_id", recipients.map(\.rawValue)))
            """
        ) { found[try $0.id(0)] = try $0.id(1) }
        return found
    }

    /// Adds entries to the log, and to the days of the chart.
    public func importAttempts(_ attempts: [ImportedAttempt], of campaign: Campaign.ID) throws {
        let (account, number) = (id.sqlValue, campaign.sqlValue)
        try transaction.insert(
            into: "attempt",
            columns: ["account_id", "campaign_id", "message_id", "at", "outcome", "code", "reply", "step", "email"],
            rows: attempts.lazy.map { attempt in
                [
                    account, number, attempt.message.sqlValue, attempt.at.sqlValue, .text(attempt.outcome.rawValue),
                    attempt.code?.sqlValue ?? .null, .text(attempt.reply), .text("djangoMailer"), .text(attempt.email),
                ]
            })
        var days: [OutcomeOfDay: Int] = [:]
        for attempt in attempts {
            let day = attempt.at.rawValue / 86_400_000_000
            days[OutcomeOfDay(day: day, outcome: attempt.outcome.rawValue), default: 0] += 1
        }
        for (key, count) in days {
            try transaction.run(
                """
                INSERT INTO daily (account_id, day, outcome, messages) VALUES (\(id), \(key.day), \(key.outcome), \(count))
                ON CONFLICT (account_id, day, outcome) DO UPDATE SET messages = daily.messages + excluded.messages
                """)
        }
    }

    /// The last step: what would still be sent waits from now on, in a campaign that a person has to resume.
    /// - Returns: how many wait.
    @discardableResult
    public func completeImportedCampaign(
        _ campaign: Campaign.ID, pausedReason: String, expiresAt: Instant
    ) throws -> Int {
        let waiting = try transaction.run(
            """
            UPDATE message SET state = 'ready', ended_at = NULL
            WHERE account_id = \(id) AND campaign_id = \(campaign) AND state = 'cancelled' AND ended_at = 0
            """)
        guard waiting > 0 else { return 0 }
        try count(-waiting, in: .cancelled, of: campaign)
        try count(waiting, in: .ready, of: campaign)
        let now = try transaction.now
        try transaction.run(
            """
            UPDATE campaign SET state = 'paused', paused_reason = \(pausedReason), finished_at = NULL,
                expires_at = \(expiresAt), updated_at = \(now)
            WHERE account_id = \(id) AND id = \(campaign)
            """)
        return waiting
    }

    /// As ``suppress(key:email:reason:note:)``, at another time.
    public func importSuppression(
        key: String, email: String, reason: SuppressionReason, note: String, at instant: Instant
    ) throws -> Bool {
        try transaction.run(
            """
            INSERT INTO suppression (account_id, email_key, email, reason, note, created_at)
            VALUES (\(id), \(key), \(email), \(reason.rawValue), \(note), \(instant))
            ON CONFLICT (account_id, email_key) DO NOTHING
            """) > 0
    }
}

private struct OutcomeOfDay: Hashable {
    var day: Int64
    var outcome: String
}
