import Delivery
import TestValues
import Testing

@Suite struct `Retries` {
    @Test(arguments: [(1, 1800.0), (2, 3600.0), (3, 7200.0), (4, 14400.0), (9, 14400.0)])
    func `wait twice as long each time, up to four hours, give or take a fifth`(_ attempt: Int, _ seconds: Double) {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<100 {
            let delay = RetryPolicy().delay(afterAttempt: attempt, greylisted: false, using: &random)
            #expect(delay >= .seconds(seconds * 0.8) && delay <= .seconds(seconds * 1.2))
        }
    }

    @Test func `come after a quarter of an hour when the server asked a stranger for patience`() {
        var random = SeededGenerator(seed: 3)
        let delay = RetryPolicy().delay(afterAttempt: 1, greylisted: true, using: &random)
        #expect(delay >= .seconds(720) && delay <= .seconds(1080))
    }
}
