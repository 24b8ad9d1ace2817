public import Campaigns

/// One group commit of one start, numbered upwards.
public struct LedgerCommit: Sendable {
    public var epoch: Epoch.ID
    public var number: Int
    public var batch: LedgerBatch
    /// For a second try only: all messages that the start knows to be in its hands.
    public var inHand: Set<Message.ID>?

    public init(epoch: Epoch.ID, number: Int, batch: LedgerBatch, inHand: Set<Message.ID>? = nil) {
        self.epoch = epoch
        self.number = number
        self.batch = batch
        self.inHand = inHand
    }
}

extension Transaction {
    /// Writes a group commit of a start that is alive, and renews its lease by the way. While it is being written nobody
    /// can declare the start dead, and of a dead one nothing is written but what is evidence.
    ///
    /// A connection that breaks in a commit leaves open whether it took place. So each one has a number, and a second try
    /// of what is written already only finds out what the answer was.
    public func write(_ commit: LedgerCommit) throws -> LedgerAnswer {
        let (epoch, batch) = (commit.epoch, commit.batch)
        let marks: LedgerMarks
        let isOver: Bool?
        if commit.inHand == nil {
            marks = try mark(batch, epoch: epoch, after: renewal(commit))
            isOver = marks.isEpochOver
            // No first try has a number that was used: whatever it is, nothing of this may stay.
            if isOver == nil { throw DatabaseFault.other("the number of a group commit was used before") }
        } else {
            isOver = try first(renewal(commit)) { try $0.bool(0) }
            if isOver == nil { return try answer(to: commit) }
            marks = try mark(batch, epoch: epoch)
        }
        guard isOver == true else { return try apply(batch, marks, epoch: epoch) }
        var late = LedgerBatch()
        late.outcomes = batch.outcomes
        var answer = try apply(late, marks, epoch: epoch)
        answer.claimed = batch.claims.map { _ in [] }
        answer.extensions = batch.claims.map { _ in 0 }
        answer.isEpochOver = true
        return answer
    }

    private func renewal(_ commit: LedgerCommit) throws -> SQL {
        try """
        UPDATE epoch SET batch = \(commit.number),
            renewed_at = CASE WHEN ended_at IS NULL THEN \(nowInSQL) ELSE renewed_at END
        WHERE id = \(commit.epoch) AND batch < \(commit.number)
        RETURNING CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END
        """
    }

    /// What the answer to a commit was that is written already. Messages that it claimed, and of which nobody knows, go back.
    private func answer(to commit: LedgerCommit) throws -> LedgerAnswer {
        var answer = LedgerAnswer()
        answer.isEpochOver =
            try count("SELECT COUNT(*) FROM epoch WHERE id = \(commit.epoch) AND ended_at IS NULL") == 0
        answer.claimed = commit.batch.claims.map { _ in [] }
        answer.extensions = commit.batch.claims.map { _ in 0 }
        guard !answer.isEpochOver else { return answer }
        let intents = commit.batch.intents.map(\.id.rawValue)
        try forEach(
            """
            SELECT id FROM message WHERE \(dialect.among("id", intents)) AND +epoch = \(commit.epoch) AND state = 'dotted'
            """
        ) { answer.granted.insert(try $0.id(0)) }
        if let inHand = commit.inHand, !commit.batch.claims.isEmpty { try release(of: commit.epoch, except: inHand) }
        return answer
    }

    private func release(of epoch: Epoch.ID, except inHand: Set<Message.ID>) throws {
        let unknown = try rows(
            """
            SELECT id, account_id, campaign_id FROM message
            WHERE epoch = \(epoch) AND state IN ('claimed', 'dotted') AND state = 'claimed'
            """
        ) { (try $0.id(0, as: Message.ID.self), try $0.id(1, as: Account.ID.self), try $0.id(2, as: Campaign.ID.self)) }
        .filter { !inHand.contains($0.0) }
        var changes = TallyChanges()
        for (message, account, campaign) in unknown {
            let changed = try run(
                """
                UPDATE message SET state = 'ready', epoch = NULL, next_at = \(DueTime.givenBack),
                    began_at = CASE WHEN attempts = 0 THEN NULL ELSE began_at END
                WHERE id = \(message) AND epoch = \(epoch) AND state = 'claimed'
                """)
            changes.move(changed, account, campaign, from: .claimed, to: .ready)
        }
        try apply(changes)
    }
}
