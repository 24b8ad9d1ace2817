internal import Campaigns

/// What became of the rows of the messages that a group commit names.
struct LedgerMarks {
    /// Whose outcome was written: they were in this start's hands.
    var accepted: Set<Message.ID> = []
    /// Whose final dot may be written.
    var granted: Set<Message.ID> = []
    /// Whether the start was declared dead; `nil` when the commit's number was used before.
    var isEpochOver: Bool?
}

private enum LedgerQuestion { case renewal, outcome, intent }

/// The changes of the messages' own rows: one statement for all that were delivered, one for all that are about to be ended,
/// and one for each other outcome. None needs the answer of another, so they go to a server in one trip.
extension Transaction {
    /// - Parameter renewal: goes before them, and says whether the start is over.
    func mark(_ batch: LedgerBatch, epoch: Epoch.ID, after renewal: SQL? = nil) throws -> LedgerMarks {
        var questions: [LedgerQuestion] = []
        var statements: [SQL] = []
        func ask(_ question: LedgerQuestion, _ statement: SQL) {
            questions.append(question)
            statements.append(statement)
        }
        if let renewal { ask(.renewal, renewal) }
        let delivered = batch.outcomes.filter { $0.result == .delivered }
        if !delivered.isEmpty { ask(.outcome, try delivery(of: delivered, epoch: epoch)) }
        for outcome in batch.outcomes where outcome.result != .delivered {
            ask(.outcome, try change(by: outcome, epoch: epoch))
        }
        if !batch.intents.isEmpty { ask(.intent, grant(batch.intents, epoch: epoch)) }

        var marks = LedgerMarks()
        try forEach(inOneTrip: statements) { number, row in
            switch questions[number] {
            case .renewal: marks.isEpochOver = try row.bool(0)
            case .outcome: marks.accepted.insert(try row.id(0))
            case .intent: marks.granted.insert(try row.id(0))
            }
        }
        return marks
    }

    // Here and below, the plus keeps the database from walking over all that this epoch, or this campaign, has to find a few.

    /// Those that are still in this start's hands, and whose campaign and sender may send: neither paused nor cancelled.
    private func grant(_ intents: [ClaimedMessage], epoch: Epoch.ID) -> SQL {
        let campaigns = Set(intents.lazy.map(\.campaignID.rawValue)).sorted()
        return """
            UPDATE message SET state = 'dotted'
            WHERE \(dialect.among("id", intents.map(\.id.rawValue))) AND +epoch = \(epoch)
                AND \(dialect.stateOfOne) = 'claimed'
                AND +campaign_id IN (
                    SELECT c.id FROM campaign c JOIN sender s ON s.id = c.sender_id
                    WHERE \(dialect.among("c.id", campaigns)) AND c.state IN ('planning', 'sending')
                        AND s.paused_reason = '')
                AND EXISTS (SELECT 1 FROM epoch e WHERE e.id = \(epoch) AND e.ended_at IS NULL)
            RETURNING id
            """
    }

    private func delivery(of outcomes: [Outcome], epoch: Epoch.ID) throws -> SQL {
        try """
        UPDATE message SET state = 'delivered', attempts = attempts + 1, ended_at = \(nowInSQL), epoch = NULL, reason = ''
        WHERE \(dialect.among("id", outcomes.map(\.message.id.rawValue))) AND +epoch = \(epoch)
            AND \(dialect.stateOfOne) = 'dotted'
        RETURNING id
        """
    }

    private func change(by outcome: Outcome, epoch: Epoch.ID) throws -> SQL {
        let from: MessageState = outcome.reachedTheDot ? .dotted : .claimed
        let change: SQL =
            switch outcome.result {
            case .retry(let at):
                "state = 'ready', attempts = attempts + 1, next_at = \(at), reason = \(outcome.reply)"
            case .postponed(let until):
                "state = 'ready', next_at = \(until), reason = \(outcome.reply)"
            case .released:
                "state = 'ready', next_at = \(DueTime.givenBack), began_at = CASE WHEN attempts = 0 THEN NULL ELSE began_at END"
            case .held(let until):
                "state = 'ready', next_at = \(until), reason = \(outcome.reply), began_at = CASE WHEN attempts = 0 THEN NULL ELSE began_at END"
            case .failed, .unknown, .delivered, .setAside:
                "state = \(outcome.state), attempts = attempts + 1, ended_at = \(try nowInSQL), reason = \(outcome.reply)"
            }
        return """
            UPDATE message SET \(change), epoch = NULL
            WHERE id = \(outcome.message.id) AND +epoch = \(epoch) AND \(dialect.stateOfOne) = \(from) RETURNING id
            """
    }
}
