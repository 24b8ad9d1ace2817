import Testing

@testable import Delivery

@Suite struct `How many connections a server takes` {
    private let start = ContinuousClock.now

    @Test func `as many as are allowed, after a few answers, when it refuses none`() {
        var budget = ConnectionBudget(ceiling: 20)
        #expect(budget.limit == 1)
        var rounds = 0
        while !budget.isAtCeiling {
            rounds += 1
            for _ in 0..<budget.limit { budget.answered(at: start) }
        }
        #expect(rounds == 5)
        #expect(budget.limit == 20)
    }

    /// A server that serves five, a client that may have twenty, each message takes as long as the server likes.
    @Test(arguments: [Duration.milliseconds(20), .milliseconds(200), .seconds(1)])
    func `five of twenty are learned: few are refused in the first minute, and hardly any later`(answer: Duration) {
        var budget = ConnectionBudget(ceiling: 20)
        var open = 1
        var messages = [0, 0]
        var refusals = [0, 0]
        var used = 0
        var time = Duration.zero
        while time < .seconds(600) {
            let now = start + time
            let part = time < .seconds(60) ? 0 : 1
            for _ in 0..<open { budget.answered(at: now) }
            messages[part] += open
            used += open
            open = min(open, budget.limit)
            for _ in open..<max(open, budget.limit) {
                if open < 5 {
                    open += 1
                } else {
                    refusals[part] += 1
                    budget.refused(open: open, at: now)
                }
            }
            open = min(open, budget.limit)
            time += answer
        }
        #expect(Double(refusals[0]) <= 0.17 * Double(messages[0] + refusals[0]), "\(refusals) of \(messages)")
        #expect(Double(refusals[1]) <= 0.05 * Double(messages[1] + refusals[1]), "\(refusals) of \(messages)")
        // And what the server takes is used: at least four of its five.
        #expect(
            Double(used) >= 0.78 * 5
                * (600 / (Double(answer.components.attoseconds) / 1e18 + Double(answer.components.seconds))))
    }

    @Test func `grow again when the server takes more`() {
        var budget = ConnectionBudget(ceiling: 8)
        for _ in 0..<8 { budget.answered(at: start) }
        budget.refused(open: 5, at: start)
        #expect(budget.limit == 4)
        budget.answered(at: start + .seconds(1))
        #expect(budget.limit == 4)
        for second in stride(from: 10, through: 50, by: 10) { budget.answered(at: start + .seconds(second)) }
        #expect(budget.limit == 8)
    }

    @Test func `several refusals at once are one lesson, and one connection is always left`() {
        var budget = ConnectionBudget(ceiling: 20)
        for _ in 0..<20 { budget.answered(at: start) }
        for open in (5...12).reversed() { budget.refused(open: open, at: start) }
        #expect(budget.limit == 5)
        for minute in 1...20 { budget.refused(open: 0, at: start + .seconds(60 * minute)) }
        #expect(budget.limit == 1)
    }

    @Test func `a lowered ceiling holds at once`() {
        var budget = ConnectionBudget(ceiling: 20)
        for _ in 0..<20 { budget.answered(at: start) }
        budget.ceiling = 3
        #expect(budget.limit == 3)
    }
}
