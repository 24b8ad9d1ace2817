public import Campaigns

extension AccountScope {
    /// Which of these messages were rehearsed: written, kept here, and not sent.
    public func rehearsed(among messages: [Message.ID]) throws -> Set<Message.ID> {
        guard !messages.isEmpty else { return [] }
        // The plus leaves the database the index by message.
        return Set(
            try transaction.rows(
                """
                SELECT message_id FROM attempt
                WHERE +account_id = \(id) AND \(transaction.dialect.among("message_id", messages.map(\.rawValue)))
                    AND outcome = 'delivered' AND reply = \(Rehearsal.reply)
                """
            ) { try $0.id(0) })
    }
}
