/// When a message that was certainly not sent is tried again (DESIGN §4.8): after 15 minutes when the server asked for
/// patience (greylisting), else after 30 minutes, twice as long each time, at most 4 hours; plus or minus a fifth, so that
/// a campaign's retries do not all come back at the same moment.
public struct RetryPolicy: Sendable {
    public var greylisted: Duration = .seconds(15 * 60)
    public var first: Duration = .seconds(30 * 60)
    /// After a limit of the server's, when it is asked for less.
    public var limited: Duration = .seconds(20)
    public var longest: Duration = .seconds(4 * 3600)
    /// The share of the delay that chance adds or takes away.
    public var jitter = 0.2
    /// How long after the campaign's start, or its own first attempt, a mail's retries end.
    public var expiry: Duration = .seconds(72 * 3600)

    public init() {}

    /// How long a message waits that met a limit: not long, because others go on and it has spent no attempt.
    public func afterLimit(using random: inout some RandomNumberGenerator) -> Duration {
        limited * Double.random(in: (1 - jitter)...(1 + jitter), using: &random)
    }

    /// - Parameter attempt: which attempt just failed, from 1.
    public func delay(
        afterAttempt attempt: Int, greylisted isGreylisted: Bool, using random: inout some RandomNumberGenerator
    ) -> Duration {
        let base =
            isGreylisted && attempt == 1
            ? greylisted : min(longest, first * Double(1 << min(max(attempt - 1, 0), 20)))
        return base * Double.random(in: (1 - jitter)...(1 + jitter), using: &random)
    }
}
