public import Campaigns

/// What the ledger says of all accounts together: for site administrators only.
public struct LedgerMetrics: Sendable {
    public var messages = Tally()
    public var attempts: [AttemptRecord.Outcome: Int] = [:]
    public var campaigns: [CampaignState: Int] = [:]
    public var pausedSenders = 0
}

extension Transaction {
    /// Reads counters that are kept, never the messages themselves: as quick with a million of them as with one.
    public func metrics() throws -> LedgerMetrics {
        var metrics = LedgerMetrics()
        try forEach("SELECT state, SUM(messages) FROM campaign_tally GROUP BY state") {
            metrics.messages.add(try $0.int(1), to: try $0.value(0))
        }
        try forEach("SELECT outcome, SUM(messages) FROM daily GROUP BY outcome") {
            metrics.attempts[try $0.value(0)] = try $0.int(1)
        }
        try forEach("SELECT state, COUNT(*) FROM campaign GROUP BY state") {
            metrics.campaigns[try $0.value(0)] = try $0.int(1)
        }
        metrics.pausedSenders = try count("SELECT COUNT(*) FROM sender WHERE paused_reason <> ''")
        return metrics
    }
}
