internal import Campaigns

/// What the log, the statistics and searches by address need so that their pages come at once among a million entries
/// (docs/decisions/0037).
extension Migration {
    static let listIndexes = Migration(number: 37, subject: "List indexes") { _ in
        [
            // With what the log is filtered by beside the id: what does not match is passed over without its row.
            "DROP INDEX attempt_of_account",
            "CREATE INDEX attempt_of_account ON attempt (account_id, id, campaign_id, outcome)",
            "DROP INDEX attempt_trouble",
            """
            CREATE INDEX attempt_trouble ON attempt (account_id, outcome, id, campaign_id) WHERE outcome <> 'delivered'
            """,
            // Those of the readers of whom there is more to tell than an opening.
            """
            CREATE INDEX reading_told ON reading (account_id, campaign_id, message_id) WHERE \(ReaderFilter.isTold)
            """,
            // Messages to recipients up to here are not found by the recipients' index of texts: it may never have known
            // the address that they went to.
            "ALTER TABLE account ADD COLUMN unsearched_to BIGINT NOT NULL DEFAULT 0",
            """
            UPDATE account SET unsearched_to = gone.last FROM (
                SELECT m.account_id, MAX(m.recipient_id) AS last FROM message m
                LEFT JOIN recipient r ON r.id = m.recipient_id AND r.email = m.email
                WHERE r.id IS NULL GROUP BY m.account_id) AS gone
            WHERE gone.account_id = account.id
            """,
            "UPDATE account SET unsearched_to = unindexed_to WHERE unindexed_to > unsearched_to",
        ]
    }
}
