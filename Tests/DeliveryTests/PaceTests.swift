import Campaigns
import Testing

@testable import Delivery

@Suite struct `Even spreading over the hour` {
    private let start = ContinuousClock.now

    @Test func `a thousand an hour are one each 3.6 seconds, and never two together`() {
        var pace = Pace(limit: 1000, sinceLast: nil, now: start)
        #expect(pace.group == 1)
        var now = start
        var times: [ContinuousClock.Instant] = []
        while now < start + .seconds(3600) {
            if let pause = pace.pause(at: now) { now += pause }
            pace.left(1, at: now)
            times.append(now)
            // A server that is slow now and then brings no burst afterwards.
            if times.count % 100 == 0 { now += .seconds(60) }
        }
        for (last, next) in zip(times, times.dropFirst()) { #expect(next - last >= .milliseconds(3240)) }
        #expect(times.count > 850 && times.count <= 1000)
    }

    @Test func `a new lane keeps the distance from the last message`() {
        #expect(Pace(limit: 1000, sinceLast: .seconds(1), now: start).pause(at: start) ?? .zero > .seconds(2.5))
        #expect(Pace(limit: 1000, sinceLast: .seconds(5), now: start).pause(at: start) == nil)
    }

    @Test func `a million an hour go in groups of a tenth of a second`() {
        var pace = Pace(limit: 1_000_000, sinceLast: nil, now: start)
        #expect(pace.group == 27)
        var now = start
        var count = 0
        while now < start + .seconds(60) {
            if let pause = pace.pause(at: now) { now += pause }
            pace.left(pace.group, at: now)
            count += pace.group
        }
        #expect(count > 16_000 && count <= 16_700)
    }
}

@Suite struct `What a sender may begin` {
    private static let day: Int64 = 86_400

    @Test func `is what is left of the hour and, in a warm-up, of the day`() {
        let plan = WarmUpPlan(firstDay: 50, growth: 100, beganAt: Instant(rawValue: 0))
        var allowance = SendAllowance(limit: 40, warmUp: (plan: plan, used: 20, now: 1000))
        #expect(allowance.available(at: 1000) == 30)
        allowance.reserve(30)
        #expect(allowance.available(at: 1000) == 0)
        for _ in 0..<10 { allowance.end(used: false, at: 1001) }
        for _ in 0..<20 { allowance.end(used: true, at: 1001) }
        #expect(allowance.available(at: 1002) == 10)
        // An hour later the hour is free again, and the day holds.
        #expect(allowance.available(at: 1002 + 3601) == 10)
        // The next day has a hundred, of which the hour lets forty through.
        #expect(allowance.available(at: Self.day) == 40)
        // After the plan the hour alone counts.
        #expect(allowance.available(at: 30 * Self.day) == 40)
    }

    @Test func `a message in hand at the turn of the day counts for the day in which it ends`() {
        let plan = WarmUpPlan(firstDay: 10, growth: 10, beganAt: Instant(rawValue: 0))
        var allowance = SendAllowance(limit: 1000, warmUp: (plan: plan, used: 0, now: 10))
        allowance.reserve(10)
        #expect(allowance.available(at: Self.day - 1) == 0)
        #expect(allowance.available(at: Self.day) == 1)
        for _ in 0..<10 { allowance.end(used: true, at: Self.day) }
        #expect(allowance.available(at: Self.day) == 1)
    }
}
