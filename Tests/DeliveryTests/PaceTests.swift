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
