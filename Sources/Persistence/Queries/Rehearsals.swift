public import Campaigns

extension AccountScope {
    /// Which of these messages were rehearsed: written, kept here, and not sent.
    public func rehearsed(among messages: [Message.ID]) throws -> Set<Message.ID> {
        guard !messages.isEmpty else { return [] }
        // Said so that only the index by message fits: by its statistics PostgreSQL also took the log's own, and read all that
        // was delivered.
        return Set(
            try transaction.rows(
                """
                SELECT message_id FROM attempt
                WHERE +account_id = \(id) AND \(transaction.dialect.among("message_id", messages.map(\.rawValue)))
                    AND CASE outcome WHEN 'delivered' THEN reply ELSE '' END = \(Rehearsal.reply)
                """
            ) { try $0.id(0) })
    }
}
