public import Campaigns
internal import Mail

/// What a mail that came back says about the message it is about.
public struct ReturnNotice: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case bounced(BounceKind)
        /// A server still tries.
        case delayed
        /// A server says that it arrived.
        case arrived
        /// The recipient reported it as unwanted.
        case complained
    }

    public var kind: Kind
    /// The server's code, where one is named: 550.
    public var code: Int?
    /// What was said, without control characters and not long: it comes from a stranger.
    public var words: String

    public init(_ kind: Kind, code: Int? = nil, words: String) {
        self.kind = kind
        self.code = code
        self.words = words
    }
}

/// What a notice has changed.
public enum ReturnEffect: String, Sendable, Hashable, CaseIterable {
    /// It counts, or is in the history now.
    case noted
    /// It was known already.
    case repeated
}

/// A message that something came back for.
public struct ReturnedMessage: Sendable, Hashable {
    public var id: Message.ID
    public var account: Account.ID
    public var campaign: Campaign.ID
    public var recipient: Recipient.ID
    public var email: String
    public var state: MessageState

    static let columns: SQL = "id, account_id, campaign_id, recipient_id, email, state"

    init(_ row: any Row) throws {
        id = try row.id(0)
        account = try row.id(1)
        campaign = try row.id(2)
        recipient = try row.id(3)
        email = try row.string(4)
        state = try row.value(5)
    }
}

extension AccountScope {
    /// Entries of the history for what came back of one message: whoever has a mail can send any number.
    static let mostReturnEntries = 20

    /// The message behind a return path; `nil` when it is gone, or of another account.
    public func returnedMessage(_ message: Message.ID) throws -> ReturnedMessage? {
        try transaction.first(
            "SELECT \(ReturnedMessage.columns) FROM message WHERE account_id = \(id) AND id = \(message)",
            ReturnedMessage.init)
    }

    /// The message of a campaign to a recipient, as links to unsubscribe name it.
    public func returnedMessage(campaign: Campaign.ID, recipient: Recipient.ID) throws -> ReturnedMessage? {
        try transaction.first(
            """
            SELECT \(ReturnedMessage.columns) FROM message
            WHERE account_id = \(id) AND campaign_id = \(campaign) AND recipient_id = \(recipient)
            """, ReturnedMessage.init)
    }

    /// Writes down what came back: history, counts, what is not mailed any more, and, where nobody knew whether the mail had
    /// arrived, that. The same thing twice counts once.
    public func note(_ notice: ReturnNotice, about message: ReturnedMessage) throws -> ReturnEffect {
        // Two nodes may be told the same at once, and what is counted of readers is in the same rows.
        try transaction.lock(.countingReadings)
        guard try keep(message) else { return .repeated }
        // Counters of states come last, as in group commits: neither waits for the other in a ring.
        var changes = TallyChanges()
        let effect = try write(notice, about: message, &changes)
        try transaction.apply(changes)
        return effect
    }

    private func write(
        _ notice: ReturnNotice, about message: ReturnedMessage, _ changes: inout TallyChanges
    ) throws -> ReturnEffect {
        let now = try transaction.now
        switch notice.kind {
        case .bounced(let kind):
            let stopped = try stop(mailing: message, after: kind, notice.words, at: now)
            // Before its waiting mails are called off: this one was sent.
            try settleReturned(message, as: .failed, reason: notice.words, at: now, &changes)
            try callOffMails(to: stopped, &changes)
            let isNew = try mark(message, .bounced, notice.words, at: now)
            let isLogged = try log(notice, "bounced", kind.rawValue, of: message, at: now)
            if isNew { try countBounce(of: message) }
            return isNew || isLogged ? .noted : .repeated
        case .delayed:
            return try log(notice, "delayed", "", of: message, at: now) ? .noted : .repeated
        case .arrived:
            return try settleReturned(message, as: .delivered, reason: notice.words, at: now, &changes)
                ? .noted : .repeated
        case .complained:
            let stopped = try suppress(message, .complained, notice.words)
            try settleReturned(message, as: .delivered, reason: "", at: now, &changes)
            try callOffMails(to: stopped, &changes)
            let isNew = try mark(message, .complained, notice.words, at: now)
            if isNew {
                try log(notice, "complained", "", of: message, at: now)
                try addReadings(1, named: ReadingCount.complained.rawValue, of: message.campaign)
                try countDay("complained")
            }
            return isNew ? .noted : .repeated
        }
    }

    /// - Returns: whether the message is still there; if so it stays until the transaction ends, and with it what is written
    ///   about it.
    private func keep(_ message: ReturnedMessage) throws -> Bool {
        try transaction.first(
            """
            SELECT 1 FROM message WHERE account_id = \(id) AND id = \(message.id) \(transaction.dialect.keepingRows)
            """
        ) { _ in true } ?? false
    }

    // MARK: What is counted

    private enum Mark { case bounced, complained }

    /// - Returns: whether it is the first time.
    private func mark(_ message: ReturnedMessage, _ mark: Mark, _ words: String, at now: Instant) throws -> Bool {
        let column: SQL = mark == .bounced ? "bounced_at" : "complained_at"
        return try transaction.run(
            """
            INSERT INTO reading (account_id, campaign_id, message_id, \(column), return_words)
            VALUES (\(id), \(message.campaign), \(message.id), \(now), \(words))
            ON CONFLICT (account_id, campaign_id, message_id) DO UPDATE
                SET \(column) = excluded.\(column), return_words = excluded.return_words
            WHERE reading.\(column) IS NULL
            """) > 0
    }

    /// What a server refused while we spoke to it was counted then.
    private func countBounce(of message: ReturnedMessage) throws {
        let wasCounted = try transaction.first(
            """
            SELECT 1 FROM attempt WHERE account_id = \(id) AND message_id = \(message.id) AND outcome = 'failed'
                AND code BETWEEN 500 AND 599 LIMIT 1
            """
        ) { _ in true }
        if wasCounted == nil {
            try addReadings(1, named: ReadingCount.bounced.rawValue, of: message.campaign)
        }
        try addReadings(1, named: ReadingCount.returned.rawValue, of: message.campaign)
        try countDay("bounced")
    }

    private func countDay(_ name: String) throws {
        let day = try transaction.now.rawValue / 86_400_000_000
        try transaction.runLater(
            """
            INSERT INTO daily (account_id, day, outcome, messages) VALUES (\(id), \(day), \(name), 1)
            ON CONFLICT (account_id, day, outcome) DO UPDATE SET messages = daily.messages + excluded.messages
            """)
    }

    /// - Returns: whether it is an entry now: the same words were not there, nor too many others.
    @discardableResult
    private func log(
        _ notice: ReturnNotice, _ outcome: String, _ step: String, of message: ReturnedMessage, at now: Instant
    ) throws -> Bool {
        let entries = try transaction.rows(
            """
            SELECT outcome, reply FROM attempt WHERE account_id = \(id) AND message_id = \(message.id)
                AND outcome IN ('bounced', 'delayed', 'complained') LIMIT \(Self.mostReturnEntries)
            """
        ) { (outcome: try $0.string(0), reply: try $0.string(1)) }
        guard entries.count < Self.mostReturnEntries,
            !entries.contains(where: { $0.outcome == outcome && $0.reply == notice.words })
        else { return false }
        try transaction.run(
            """
            INSERT INTO attempt (account_id, campaign_id, message_id, at, outcome, code, reply, step, email)
            VALUES (\(id), \(message.campaign), \(message.id), \(now), \(outcome), \(notice.code), \(notice.words), \(step),
                \(message.email))
            """)
        return true
    }

    // MARK: What is not mailed any more

    /// - Returns: what is suppressed now, of which waiting mails are to be called off.
    private func stop(
        mailing message: ReturnedMessage, after kind: BounceKind, _ words: String, at now: Instant
    ) throws -> [String: SuppressionReason] {
        switch kind {
        case .hard: return try suppress(message, .bounced, words)
        case .soft:
            guard let key = try? EmailAddress(message.email).key else { return [:] }
            let since = now - SoftBounceRule.window
            try transaction.run(
                "DELETE FROM soft_bounce WHERE account_id = \(id) AND email_key = \(key) AND at < \(since)")
            try transaction.run(
                """
                INSERT INTO soft_bounce (account_id, email_key, message_id, at)
                VALUES (\(id), \(key), \(message.id), \(now))
                ON CONFLICT (account_id, email_key, message_id) DO NOTHING
                """)
            let count = try transaction.count(
                "SELECT COUNT(*) FROM soft_bounce WHERE account_id = \(id) AND email_key = \(key)")
            guard count >= SoftBounceRule.limit else { return [:] }
            // Whoever takes it off the list gives it a new chance.
            try transaction.run("DELETE FROM soft_bounce WHERE account_id = \(id) AND email_key = \(key)")
            return try suppress(message, .bounced, "\(count) mails came back, the last one: \(words)")
        case .refused: return [:]
        }
    }

    /// Suppression, then campaigns, then messages (docs/decisions/0039).
    private func suppress(
        _ message: ReturnedMessage, _ reason: SuppressionReason, _ words: String
    ) throws -> [String: SuppressionReason] {
        guard let key = try? EmailAddress(message.email).key else { return [:] }
        let address = NewSuppression(
            key: key, email: message.email, reason: reason, note: String(words.prefix(300)), campaign: message.campaign)
        try transaction.run(try suppressing([address]))
        try holdCampaigns()
        return [key: reason]
    }

    // MARK: What was unknown

    /// What came back is evidence: of a message of which nobody knew, and of one that is about to be sent again for that
    /// reason alone.
    /// - Returns: whether it is settled now.
    @discardableResult
    private func settleReturned(
        _ message: ReturnedMessage, as state: MessageState, reason: String, at now: Instant,
        _ changes: inout TallyChanges
    ) throws -> Bool {
        let doubt: SQL
        switch message.state {
        case .unknown: doubt = "state = 'unknown'"
        case .ready:
            doubt = """
                state = 'ready' AND EXISTS (
                    SELECT 1 FROM attempt a WHERE a.message_id = message.id AND a.outcome = 'unknown')
                """
        default: return false
        }
        let reason = state == .delivered ? "" : reason
        let settled = try transaction.run(
            """
            UPDATE message SET state = \(state), ended_at = \(now), reason = \(reason), epoch = NULL
            WHERE account_id = \(id) AND id = \(message.id) AND \(doubt)
            """)
        guard settled == 1 else { return false }
        if state == .delivered {
            let reply = "What came back says that it arrived."
            try transaction.run(
                """
                INSERT INTO attempt (account_id, campaign_id, message_id, at, outcome, reply, step, email)
                VALUES (\(id), \(message.campaign), \(message.id), \(now), 'delivered', \(reply), 'evidence',
                    \(message.email))
                """)
        }
        changes.move(1, id, message.campaign, from: message.state, to: state)
        return true
    }
}
