internal import Campaigns

extension AccountScope {
    /// All senders of the account; the first is the default one.
    public func senders() throws -> [SenderRecord] {
        try transaction.rows(
            "SELECT \(SenderRecord.columns) FROM sender WHERE account_id = \(id) ORDER BY id LIMIT 100",
            SenderRecord.init)
    }
}
