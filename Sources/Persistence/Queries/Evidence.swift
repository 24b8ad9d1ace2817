internal import Campaigns

extension Transaction {
    /// What a server has said to a start that was declared dead meanwhile. The message is another's now, so it is not an
    /// outcome; but who took it over could only call it unknown, and this is evidence: accepted is delivered, refused for
    /// good is failed. One that is about to be sent again because nobody knew is not. What another start has in hand by now
    /// stays as it is: the log says what happened.
    func settleByEvidence(_ outcomes: [Outcome], now: Instant, _ changes: inout TallyChanges) throws {
        for outcome in outcomes where outcome.reachedTheDot {
            let message = outcome.message
            switch outcome.result {
            case .delivered:
                for state in [MessageState.unknown, .ready] {
                    let settled = try run(
                        """
                        UPDATE message SET state = 'delivered', ended_at = \(now), reason = ''
                        WHERE id = \(message.id) AND state = \(state)
                        """)
                    changes.move(settled, message.accountID, message.campaignID, from: state, to: .delivered)
                }
            case .failed:
                let settled = try run(
                    """
                    UPDATE message SET state = 'failed', ended_at = \(now), reason = \(outcome.reply)
                    WHERE id = \(message.id) AND state = 'unknown'
                    """)
                changes.move(settled, message.accountID, message.campaignID, from: .unknown, to: .failed)
            case .unknown, .retry, .postponed, .released, .held, .setAside: continue
            }
        }
    }
}
