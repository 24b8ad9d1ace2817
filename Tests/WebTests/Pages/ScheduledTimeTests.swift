import Campaigns
import Testing

@testable import Web

@Suite struct `Times in forms` {
    @Test(arguments: [
        ("2026-11-22T19:05", "UTC", "2026-11-22T19:05:00Z"),
        ("2026-11-22T19:05", "Europe/Berlin", "2026-11-22T18:05:00Z"),
        ("2026-07-01 09:30", "America/New_York", "2026-07-01T13:30:00Z"),
        ("2026-11-22T19:05:30", "Asia/Kolkata", "2026-11-22T13:35:00Z"),
        ("2026-11-22T19:05", "Nowhere/Atlantis", "2026-11-22T19:05:00Z"),
        ("2028-02-29T12:00", "UTC", "2028-02-29T12:00:00Z"),
    ])
    func `a wall clock becomes a moment`(_ text: String, _ zone: String, _ moment: String) {
        guard case .time(let instant) = ScheduledTime.read(text, zone: zone) else {
            return #expect(Bool(false), "\(text) was not read")
        }
        #expect(Timestamp(instant).machine == moment)
    }

    @Test(arguments: [
        "tomorrow", "2026-02-30T10:00", "2026-13-01T10:00", "2026-11-22", "2026-11-22T25:00", "9999-01-01T00:00",
    ])
    func `what is no time is not read`(_ text: String) {
        #expect(ScheduledTime.read(text, zone: "UTC") == .unreadable)
    }

    @Test func `nothing typed is no time`() {
        #expect(ScheduledTime.read("  ", zone: "UTC") == ScheduledTime.Reading.none)
    }
}
