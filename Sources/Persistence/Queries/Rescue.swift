public import Campaigns
internal import FailPoints

/// What the engine does to messages that nobody has in hand any more.
extension Transaction {
    /// After a crash: what was only claimed was certainly not sent and is ready again (set aside when it was in hand in
    /// three crashes); what may have been sent becomes `unknown` and is never sent again by itself.
    ///
    /// What was in hand in two crashes comes back in small groups, one after the other: should there be a mail among it
    /// that makes us crash, the third time only its group is set aside, and not all that was claimed with it.
    ///
    /// One node at a time does it for one dead start, in pieces; the next piece may be another's.
    ///
    /// - Parameters:
    ///   - dead: a start that has ended or was declared dead.
    ///   - last: messages up to this one are passed over, which the database refuses to change.
    ///   - suspects: how many earlier pieces have found in hand in two crashes.
    public func rescue(
        _ dead: Epoch.ID, limit: Int, after last: Message.ID? = nil, suspects earlier: Int = 0
    ) throws -> Rescued {
        let isMine =
            try first(
                """
                SELECT id FROM epoch WHERE id = \(dead) AND rescued_at IS NULL AND ended_at IS NOT NULL
                \(dialect.skippingLockedRows)
                """
            ) { _ in true } ?? false
        guard isMine else { return Rescued(isDone: true) }
        let strays = try rows(
            """
            SELECT m.id, m.account_id, m.campaign_id, m.state, m.crashes, m.email, c.sender_id
            FROM message m JOIN campaign c ON c.id = m.campaign_id
            WHERE m.state IN ('claimed', 'dotted') AND m.epoch = \(dead) AND +m.id > \(last?.rawValue ?? 0)
            ORDER BY m.id LIMIT \(limit)
            """
        ) {
            Stray(
                message: try $0.id(0), account: try $0.id(1), campaign: try $0.id(2), sender: try $0.id(6),
                state: try $0.value(3), crashes: try $0.int(4), email: try $0.string(5))
        }
        let now = try now
        var changes = TallyChanges()
        var rescued = Rescued(isDone: strays.count < limit)
        var unknown: [Stray] = []
        for stray in strays {
            let state: MessageState =
                stray.state == .dotted ? .unknown : stray.crashes + 1 > Self.suspicious ? .quarantined : .ready
            let reason =
                switch state {
                case .unknown: "Martlet was stopped before the server's answer to this mail was known."
                case .quarantined: "Three times Martlet was stopped while it had this mail in hand; it was set aside."
                default: ""
                }
            var next: Instant?
            if state == .ready, stray.crashes + 1 == Self.suspicious {
                next = now + .seconds((earlier + rescued.suspects) / Self.suspectsInASecond)
                rescued.suspects += 1
            }
            // Whoever cancelled, or the dead start itself with its last outcome, may have been quicker.
            let isTaken = try run(
                """
                UPDATE message SET state = \(state), epoch = NULL, crashes = crashes + 1, reason = \(reason),
                    attempts = attempts + \(state == .unknown ? 1 : 0), ended_at = \(state == .ready ? nil : now),
                    next_at = COALESCE(\(next), \(DueTime.givenBack))
                WHERE id = \(stray.message) AND epoch = \(dead) AND state = \(stray.state)
                """)
            guard isTaken == 1 else { continue }
            changes.move(1, stray.account, stray.campaign, from: stray.state, to: state)
            switch state {
            case .unknown: rescued.unknown += 1
            case .quarantined: rescued.quarantined += 1
            default: rescued.ready += 1
            }
            if state == .unknown {
                unknown.append(stray)
                try run(
                    """
                    INSERT INTO attempt (account_id, campaign_id, message_id, at, outcome, reply, step, email)
                    VALUES (\(stray.account), \(stray.campaign), \(stray.message), \(now), 'unknown', \(reason), 'message',
                        \(stray.email))
                    """)
            }
        }
        try followPolicy(of: unknown.map(\.message), resendAfter: .zero, &changes)
        if rescued.isDone {
            try run("DELETE FROM sender_work WHERE epoch = \(dead)")
            // Whoever was passed over is looked for again.
            try run(
                """
                UPDATE epoch SET rescued_at = \(now) WHERE id = \(dead) AND NOT EXISTS (
                    SELECT 1 FROM message m WHERE m.state IN ('claimed', 'dotted') AND m.epoch = \(dead))
                """)
        }
        // Counters of all that others count as well come last, in the order of group commits.
        try countUsed(
            Dictionary(unknown.map { (SenderKey(account: $0.account, sender: $0.sender), 1) }, uniquingKeysWith: +))
        try countDay(
            Dictionary(unknown.map { (DayKey(account: $0.account, name: "unknown"), 1) }, uniquingKeysWith: +))
        try apply(changes)
        if !strays.isEmpty { FailPoint.duringRescue.pass() }
        return rescued
    }

    /// The first message that a dead start has in hand, behind another one.
    public func firstInHand(of dead: Epoch.ID, after last: Message.ID?) throws -> Message.ID? {
        try first(
            """
            SELECT id FROM message WHERE state IN ('claimed', 'dotted') AND epoch = \(dead) AND +id > \(last?.rawValue ?? 0)
            ORDER BY id LIMIT 1
            """
        ) { try $0.id(0) }
    }

    /// Cancelled campaigns that may have open messages still. Those of long ago are not looked at: an index holds the others.
    public func campaignsToSweep() throws -> [Campaign.ID] {
        try rows("SELECT id FROM campaign WHERE state = 'cancelled' AND is_swept = 0") { try $0.id(0) }
    }

    /// Calls off up to `limit` messages of a cancelled campaign that wait or are only claimed, and remembers when none is
    /// open any more: nothing opens one again.
    /// - Returns: whether it found any.
    @discardableResult
    public func sweepCancelled(_ campaign: Campaign.ID, limit: Int) throws -> Bool {
        // One node at a time; others have something else to do.
        guard
            let account = try first(
                """
                SELECT account_id FROM campaign WHERE id = \(campaign) AND state = 'cancelled' AND is_swept = 0
                \(dialect.skippingLockedRows)
                """, { try $0.id(0, as: Account.ID.self) })
        else { return false }
        var swept = try cancelOpen(campaign, account, state: .ready, limit: limit)
        if swept < limit { swept += try cancelOpen(campaign, account, state: .claimed, limit: limit - swept) }
        // What awaits an answer may be ready again after it, and of a campaign that is cancelled is to be called off then.
        try run(
            """
            UPDATE campaign SET is_swept = 1 WHERE id = \(campaign) AND NOT EXISTS (
                SELECT 1 FROM campaign_tally t WHERE t.account_id = \(account) AND t.campaign_id = \(campaign)
                    AND t.state IN ('ready', 'claimed', 'dotted') AND t.messages > 0)
            """)
        return swept > 0
    }

    private func cancelOpen(
        _ campaign: Campaign.ID, _ account: Account.ID, state: MessageState, limit: Int
    ) throws -> Int {
        let now = try now
        var changes = TallyChanges()
        // A literal state lets SQLite use the index that holds only what waits; the plus keeps it from walking over the
        // whole campaign to find the few that are in hand.
        let column: SQL = state == .ready ? "campaign_id" : "+campaign_id"
        let open: SQL = state == .ready ? "state = 'ready'" : "state IN ('claimed', 'dotted') AND state = 'claimed'"
        let found: SQL = """
            SELECT id FROM message WHERE \(column) = \(campaign) AND \(open) LIMIT \(limit) \(dialect.skippingLockedRows)
            """
        let changed = try run(
            """
            UPDATE message SET state = 'cancelled', epoch = NULL, ended_at = \(now), reason = 'The campaign was cancelled.'
            WHERE \(dialect.among("id", found: found))
            """)
        changes.move(changed, account, campaign, from: state, to: .cancelled)
        try apply(changes)
        return changed
    }

    /// Senders that have messages to send now.
    public func sendersWithDueMessages() throws -> [Sender.ID] {
        let now = try now
        return try rows(
            """
            SELECT DISTINCT c.sender_id FROM campaign c JOIN sender s ON s.id = c.sender_id
            WHERE c.state IN ('planning', 'sending') AND s.paused_reason = '' AND \(Self.hasDueMessage(at: now))
            """
        ) { try $0.id(0) }
    }

    /// Whether a campaign `c` has a message that may go now.
    ///
    /// Not `EXISTS`: PostgreSQL makes a join of that, and a statement that it planned when hardly a message was ready walks
    /// for each campaign over all that are ready of all campaigns.
    static func hasDueMessage(at now: Instant) -> SQL {
        """
        (SELECT m.id FROM message m WHERE m.campaign_id = c.id AND m.state = 'ready' AND m.next_at <= \(now)
            ORDER BY m.next_at, m.id LIMIT 1) IS NOT NULL
        """
    }

    /// Whether any campaign is scheduled, being planned or still has messages to send, now or later.
    public func hasUnfinishedWork() throws -> Bool {
        try count("SELECT COUNT(*) FROM campaign WHERE state IN ('scheduled', 'planning', 'sending')") > 0
    }
}

/// What was found in the hands of a dead start, by what became of it.
public struct Rescued: Sendable, Hashable {
    public var ready = 0
    public var unknown = 0
    public var quarantined = 0
    /// Of those that are ready again, how many were in hand in two crashes.
    public var suspects = 0
    /// Whether nothing is left of that start, or another node is at it.
    public var isDone: Bool

    public init(isDone: Bool) { self.isDone = isDone }

    public static func + (left: Rescued, right: Rescued) -> Rescued {
        var sum = Rescued(isDone: right.isDone)
        sum.ready = left.ready + right.ready
        sum.unknown = left.unknown + right.unknown
        sum.quarantined = left.quarantined + right.quarantined
        sum.suspects = left.suspects + right.suspects
        return sum
    }
}

extension Transaction {
    /// After so many crashes a message comes back in a small group, and after one more it is set aside.
    private static var suspicious: Int { 2 }
    private static var suspectsInASecond: Int { 25 }
}

/// A message that was in hand when its process ended.
private struct Stray {
    var message: Message.ID
    var account: Account.ID
    var campaign: Campaign.ID
    var sender: Sender.ID
    var state: MessageState
    var crashes: Int
    var email: String
}
