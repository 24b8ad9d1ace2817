/// How many more messages a sender may be granted now, by its hourly limit and, in a warm-up, by what is left of the day.
///
/// A message counts from before its final dot, as granted to a node, until 3,600 seconds after its outcome, as used. What is
/// used is kept by whole seconds; a second counts until the last of its instants is an hour old, so that no 3,600 seconds,
/// wherever they begin, ever hold more than the limit, and it errs by less than a second, to the safe side.
public struct SendRoom: Sendable, Hashable {
    /// Messages in any 3,600 seconds.
    public var limit: Int
    public var warmUp: WarmUpPlan?
    /// Messages that nodes may still end.
    public var granted: Int
    public var usedInHour: Int
    /// In the present day of the warm-up.
    public var usedInDay: Int

    public init(limit: Int, warmUp: WarmUpPlan? = nil, granted: Int = 0, usedInHour: Int = 0, usedInDay: Int = 0) {
        self.limit = limit
        self.warmUp = warmUp
        self.granted = granted
        self.usedInHour = usedInHour
        self.usedInDay = usedInDay
    }

    public func available(at now: Instant) -> Int {
        let inHour = limit - usedInHour - granted
        let inDay = warmUp?.limit(at: now, maxPerHour: limit).map { $0 - usedInDay - granted }
        return max(0, min(inHour, inDay ?? inHour))
    }

    /// The first second since 1970 whose messages still count against the hour.
    public static func firstSecond(at now: Instant) -> Int64 { now.rawValue / 1_000_000 - 3600 }
}
