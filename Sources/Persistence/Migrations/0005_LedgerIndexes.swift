internal import Campaigns

/// An index of messages in trouble that costs the others nothing.
extension Migration {
    static let ledgerIndexes = Migration(number: 5, subject: "Ledger indexes") { _ in
        [
            "DROP INDEX message_trouble",
            // Said with OR, not IN: whether a row belongs to the index is asked twice each time that any message changes,
            // and SQLite builds the list anew for each question. That was a third of all that a message cost there.
            """
            CREATE INDEX message_trouble ON message (account_id, state, campaign_id, recipient_id)
            WHERE \(MessageState.isInTrouble)
            """,
        ]
    }
}
