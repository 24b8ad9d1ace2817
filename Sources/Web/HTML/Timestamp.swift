import Campaigns
import Mail

/// A moment as text, in UTC; counted without a calendar library.
struct Timestamp {
    /// RFC 3339 to the second, for `<time datetime>`: 2026-11-22T19:05:00Z.
    let machine: String
    /// What is shown where no script runs: 2026-11-22 19:05 UTC.
    let person: String
    /// What an `<input type="datetime-local">` holds: 2026-11-22T19:05.
    let input: String

    init(_ instant: Instant) {
        let seconds = Int((Double(instant.rawValue) / 1_000_000).rounded(.down))
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let time = seconds - days * 86_400
        let date = Self.date(daysSince1970: days)
        let (hour, minute) = (Self.two(time / 3600), Self.two(time / 60 % 60))
        machine = "\(date)T\(hour):\(minute):\(Self.two(time % 60))Z"
        person = "\(date) \(hour):\(minute) UTC"
        input = "\(date)T\(hour):\(minute)"
    }

    /// 2026-11-22 for the number of days since 1970-01-01.
    static func date(daysSince1970 days: Int) -> String {
        let date = CivilDate(daysSince1970: days)
        return "\(date.year)-\(two(date.month))-\(two(date.day))"
    }

    static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
