import Campaigns
import Testing

@Suite struct `What a sender may be granted` {
    private static let day: Int64 = 86_400_000_000

    @Test func `is what is left of the hour and, in a warm-up, of the day`() {
        let plan = WarmUpPlan(firstDay: 50, growth: 100, beganAt: Instant(rawValue: 0))
        var room = SendRoom(limit: 40, warmUp: plan, usedInDay: 20)
        let first = Instant(rawValue: 1_000_000_000)
        #expect(room.available(at: first) == 30)
        room.granted = 30
        #expect(room.available(at: first) == 0)
        (room.granted, room.usedInHour, room.usedInDay) = (0, 20, 40)
        #expect(room.available(at: first) == 10)
        // The next day has a hundred, of which the hour lets forty through.
        (room.usedInHour, room.usedInDay) = (0, 0)
        #expect(room.available(at: Instant(rawValue: Self.day)) == 40)
        // After the plan the hour alone counts.
        room.usedInDay = 10_000
        #expect(room.available(at: Instant(rawValue: 30 * Self.day)) == 40)
    }

    @Test func `what nodes have been granted at the turn of the day counts for the new one`() {
        let plan = WarmUpPlan(firstDay: 10, growth: 10, beganAt: Instant(rawValue: 0))
        let room = SendRoom(limit: 1000, warmUp: plan, granted: 10)
        #expect(room.available(at: Instant(rawValue: Self.day - 1)) == 0)
        #expect(room.available(at: Instant(rawValue: Self.day)) == 1)
    }

    @Test func `is never less than nothing, as when a limit was lowered`() {
        #expect(SendRoom(limit: 10, granted: 20).available(at: Instant(rawValue: 0)) == 0)
    }

    @Test(arguments: [(8, 3, [3, 3, 2]), (1, 3, [1, 0, 0]), (500, 1, [500])])
    func `connections are divided without a rest`(_ connections: Int, _ nodes: Int, _ shares: [Int]) {
        let found = (0..<nodes).map { ConnectionShare.of(connections, among: nodes, place: $0) }
        #expect(found == shares && found.reduce(0, +) == connections)
    }
}
