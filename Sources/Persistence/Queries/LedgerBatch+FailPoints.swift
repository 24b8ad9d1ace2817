internal import FailPoints

/// Where a test may end the process around a group commit.
extension LedgerBatch {
    /// Inside the transaction: everything is written, nothing is durable.
    func passBeforeCommit() {
        if !intents.isEmpty { FailPoint.beforeIntent.pass() }
        if !outcomes.isEmpty { FailPoint.beforeOutcome.pass() }
    }

    /// Everything is durable, and nobody who waits for that knows it yet.
    public func passAfterCommit() {
        if !claims.isEmpty { FailPoint.afterClaim.pass() }
        if !intents.isEmpty { FailPoint.afterIntent.pass() }
        if !outcomes.isEmpty { FailPoint.afterOutcome.pass() }
    }
}
