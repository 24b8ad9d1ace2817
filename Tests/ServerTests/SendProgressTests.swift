import Persistence
import Testing

@testable import Server

@Suite struct `The progress of a mailing` {
    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")])
    func `numbers are grouped`(_ number: Int, _ text: String) { #expect(SendProgress.grouped(number) == text) }

    @Test(arguments: [(0.0, "0:00"), (187, "3:07"), (3600, "1 h 00 min"), (7500, "2 h 05 min")])
    func `times are short`(_ seconds: Double, _ text: String) { #expect(SendProgress.clock(seconds) == text) }

    @Test(arguments: [20, 40, 60, 80, 200]) func `the bar never is wider than the terminal`(_ width: Int) {
        for audience in [0, 1, 1_000_000] {
            let progress = SendProgress(tally: Tally(), audience: audience, rate: 1234, secondsLeft: 38)
            #expect(progress.bar(width: width).count <= width)
        }
    }
}
