import TestValues
import Testing

@testable import Delivery

@Suite struct `The hourly limit` {
    @Test func `no 3,600 seconds ever hold more than the limit, whatever the pattern of sending`() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<50 {
            let limit = Int.random(in: 1...40, using: &random)
            var window = RateWindow(limit: limit)
            var begun: [Int64] = []
            var ended: [Int64] = []
            var inHand: [Int64] = []
            var now: Int64 = 1_000_000
            for _ in 0..<2_000 {
                now += Int64.random(in: 0...120, using: &random)
                let room = window.available(at: now)
                let taken = room == 0 ? 0 : Int.random(in: 0...room, using: &random)
                window.reserve(taken)
                for _ in 0..<taken {
                    begun.append(now)
                    inHand.append(now)
                }
                while !inHand.isEmpty, Bool.random(using: &random) {
                    inHand.removeFirst()
                    window.end(used: true, at: now)
                    ended.append(now)
                }
            }
            // A mail may reach the server at any instant between its begin and its end: take the worst, all at the end,
            // against begins of later ones.
            for (index, end) in ended.enumerated() where index + limit < begun.count {
                #expect(begun[index + limit] - end >= 3600)
            }
        }
    }

    @Test(arguments: [1, 7, 100, 5_000])
    func `at least 95 percent of the limit are used while there is something to send, and never more`(limit: Int) {
        var random = SeededGenerator(seed: UInt64(limit))
        var window = RateWindow(limit: limit)
        var now: Int64 = 1_000_000
        let hours: Int64 = limit == 1 ? 200 : 24
        let end = now + hours * 3600
        var inHand: [Int64: Int] = [:]
        var ended: [Int64] = []
        while now < end {
            // Twenty conversations; an answer takes up to thirty seconds.
            let room = min(window.available(at: now), max(20, limit / 20) - window.reserved)
            for _ in 0..<max(0, room) {
                window.reserve(1)
                inHand[now + Int64.random(in: 0...30, using: &random), default: 0] += 1
            }
            for _ in 0..<(inHand.removeValue(forKey: now) ?? 0) {
                window.end(used: true, at: now)
                ended.append(now)
            }
            now += 1
        }
        for (index, second) in ended.enumerated() where index + limit < ended.count {
            #expect(ended[index + limit] - second >= 3600)
        }
        #expect(Double(ended.count) >= 0.95 * Double(limit) * Double(hours))
    }

    @Test func `what was given back can be used by others`() {
        var window = RateWindow(limit: 2)
        window.reserve(2)
        #expect(window.available(at: 10) == 0)
        window.end(used: false, at: 10)
        #expect(window.available(at: 10) == 1)
    }

    @Test func `what the ledger remembers counts after a restart until it is an hour old`() {
        var window = RateWindow(limit: 10, usage: [(second: 100, messages: 4), (second: 200, messages: 6)])
        #expect(window.available(at: 300) == 0)
        #expect(window.available(at: 3700) == 0)
        #expect(window.available(at: 3701) == 4)
        #expect(window.available(at: 3801) == 10)
    }
}
