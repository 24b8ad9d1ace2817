/// How a new address or server earns its reputation: a few messages on the first day, more on each next one, until the
/// hourly limit alone is what holds.
public struct WarmUpPlan: Sendable, Hashable {
    /// Messages on the first day.
    public var firstDay: Int
    /// Percent more on each next day: 100 doubles.
    public var growth: Int
    /// When the first day begins; a day is 86,400 seconds from there.
    public var beganAt: Instant

    public static let firstDays = 1...100_000
    public static let growths = 10...400
    private static let day: Int64 = 86_400_000_000
    /// Days after which nothing grows any more.
    private static let longest = 1000

    public init(firstDay: Int, growth: Int, beganAt: Instant) {
        self.firstDay = firstDay
        self.growth = growth
        self.beganAt = beganAt
    }

    /// Which day of the plan an instant is in, from 1; before the plan it is the first.
    public func day(at instant: Instant) -> Int {
        Int(max(0, instant.rawValue - beganAt.rawValue) / Self.day) + 1
    }

    /// When that day began.
    public func dayBegan(at instant: Instant) -> Instant {
        Instant(rawValue: beganAt.rawValue + Int64(day(at: instant) - 1) * Self.day)
    }

    /// The messages of a day of the plan, from 1.
    public func limit(ofDay day: Int) -> Int {
        var limit = Double(firstDay)
        for _ in 1..<max(1, min(day, Self.longest)) { limit = min(limit * (1 + Double(growth) / 100), 1e12) }
        return Int(limit.rounded(.down))
    }

    /// The messages of the day that an instant is in; nil when the plan is over, because a day at the hourly limit holds
    /// no more.
    public func limit(at instant: Instant, maxPerHour: Int) -> Int? {
        let limit = limit(ofDay: day(at: instant))
        return limit < maxPerHour * 24 ? limit : nil
    }

    /// How many days the plan lasts at an hourly limit.
    public func days(maxPerHour: Int) -> Int {
        var day = 1
        while limit(ofDay: day) < maxPerHour * 24, day < Self.longest { day += 1 }
        return day - 1
    }
}
