internal import Campaigns

extension Transaction {
    /// Counts one try of an action by a subject (a client's address), within a sliding window.
    ///
    /// - Returns: `nil` when it may go on; otherwise how long to wait until the next try may. A refused try is not
    ///   counted, so that impatience does not lengthen the wait.
    public func tryOnce(_ action: String, by subject: String, limit: Int, within window: Duration) throws -> Duration? {
        try lock(name: "\(action) \(subject)")
        let now = try now
        let start = now - window
        try run("DELETE FROM tried WHERE action = \(action) AND at <= \(start)")
        let earlier = try rows(
            """
            SELECT at FROM tried WHERE action = \(action) AND subject = \(subject) AND at > \(start)
            ORDER BY at DESC LIMIT \(limit)
            """
        ) { try $0.instant(0) }
        if earlier.count >= limit, let oldest = earlier.last { return oldest + window - now }
        try run("INSERT INTO tried (action, subject, at) VALUES (\(action), \(subject), \(now))")
        return nil
    }

    /// Forgets the tries of one subject: it has shown that it may.
    public func forgetTries(_ action: String, by subject: String) throws {
        try run("DELETE FROM tried WHERE action = \(action) AND subject = \(subject)")
    }
}
