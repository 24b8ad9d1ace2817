import Campaigns
import Testing

@Suite struct `A warm-up` {
    private static let day: Int64 = 86_400_000_000

    private static func plan(_ first: Int = 50, growth: Int = 100) -> WarmUpPlan {
        WarmUpPlan(firstDay: first, growth: growth, beganAt: Instant(rawValue: 1_000 * day))
    }

    @Test(arguments: [(1, 50), (2, 100), (3, 200), (4, 400), (5, 800), (6, 1600), (7, 3200)])
    func `doubles each day from fifty`(_ day: Int, _ limit: Int) {
        #expect(Self.plan().limit(ofDay: day) == limit)
        let noon = Instant(rawValue: (1_000 + Int64(day) - 1) * Self.day + Self.day / 2)
        #expect(Self.plan().day(at: noon) == day)
        #expect(Self.plan().limit(at: noon, maxPerHour: 1000) == limit)
    }

    @Test func `changes its limit exactly a day after it began`() {
        let plan = Self.plan()
        let last = Instant(rawValue: 1_001 * Self.day - 1)
        #expect(plan.limit(at: last, maxPerHour: 1000) == 50)
        #expect(plan.limit(at: last + .microseconds(1), maxPerHour: 1000) == 100)
        #expect(plan.dayBegan(at: last + .microseconds(1)) == last + .microseconds(1))
    }

    @Test func `is over when a day at the hourly limit holds no more`() {
        let plan = Self.plan()
        // 24 hours of 100 are 2,400: the seventh day would allow 3,200.
        #expect(plan.days(maxPerHour: 100) == 6)
        #expect(plan.limit(at: Instant(rawValue: 1_005 * Self.day), maxPerHour: 100) == 1600)
        #expect(plan.limit(at: Instant(rawValue: 1_006 * Self.day), maxPerHour: 100) == nil)
        #expect(plan.limit(at: Instant(rawValue: 900_000 * Self.day), maxPerHour: 1_000_000) == nil)
    }

    @Test func `may grow slowly, and a clock that went back is in the first day`() {
        #expect(Self.plan(100, growth: 10).limit(ofDay: 3) == 121)
        #expect(Self.plan().day(at: Instant(rawValue: 0)) == 1)
    }
}
