import Campaigns
import Foundation

/// A month of the Gregorian calendar, as a reader's wall shows it: weeks from Monday to Sunday.
struct CalendarMonth: Hashable {
    let year: Int
    /// 1 to 12.
    let month: Int

    static let years = 1970...2200

    /// - Parameter text: `2026-11`; nil for what is none.
    init?(_ text: String) {
        guard let match = text.wholeMatch(of: /(\d{4})-(\d{2})/), let year = Int(match.1), let month = Int(match.2),
            Self.years.contains(year), (1...12).contains(month)
        else { return nil }
        (self.year, self.month) = (year, month)
    }

    init(of instant: Instant, in zone: TimeZone) {
        let day = Self.day(of: instant, in: zone)
        (year, month) = (day.year, day.month)
    }

    private init(counting months: Int) { (year, month) = (months / 12, months % 12 + 1) }

    private var count: Int { year * 12 + month - 1 }

    /// nil beyond the first and the last one that can be shown.
    var previous: CalendarMonth? { Self.years.contains((count - 1) / 12) ? CalendarMonth(counting: count - 1) : nil }
    var next: CalendarMonth? { Self.years.contains((count + 1) / 12) ? CalendarMonth(counting: count + 1) : nil }

    /// `2026-11`, as in an address.
    var text: String { "\(year)-\(Timestamp.two(month))" }

    /// `2026-11-05`.
    func date(_ day: Int) -> String { "\(text)-\(Timestamp.two(day))" }

    var days: Int { Self.calendar(.gmt).range(of: .day, in: .month, for: beginning(in: .gmt))?.count ?? 0 }

    /// The weekday of the first: 0 for Monday.
    var firstWeekday: Int { (Self.calendar(.gmt).component(.weekday, from: beginning(in: .gmt)) + 5) % 7 }

    /// Seven places a week; nil where the day is of another month.
    var weeks: [[Int?]] {
        let places = [Int?](repeating: nil, count: firstWeekday) + (1...days).map { $0 }
        return stride(from: 0, to: places.count, by: 7).map { start in
            (start..<start + 7).map { $0 < places.count ? places[$0] : nil }
        }
    }

    /// From the beginning of its first day to that of the next month's.
    func interval(in zone: TimeZone) -> Range<Instant> {
        let ends = [self, CalendarMonth(counting: count + 1)].map { month in
            Instant(secondsSince1970: month.beginning(in: zone).timeIntervalSince1970)
        }
        return ends[0]..<ends[1]
    }

    private func beginning(in zone: TimeZone) -> Date {
        Self.calendar(zone).date(from: DateComponents(year: year, month: month, day: 1)) ?? .distantPast
    }

    /// A day and the time on a clock there.
    struct Day: Hashable {
        var year: Int
        var month: Int
        var day: Int
        /// `09:05`.
        var time: String
    }

    static func day(of instant: Instant, in zone: TimeZone) -> Day {
        let date = Date(timeIntervalSince1970: instant.secondsSince1970)
        let parts = calendar(zone).dateComponents([.year, .month, .day, .hour, .minute], from: date)
        return Day(
            year: parts.year ?? 1970, month: parts.month ?? 1, day: parts.day ?? 1,
            time: "\(Timestamp.two(parts.hour ?? 0)):\(Timestamp.two(parts.minute ?? 0))")
    }

    private static func calendar(_ zone: TimeZone) -> Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        return calendar
    }
}

extension CalendarMonth {
    var title: Phrase {
        let year = String(year)
        return switch month {
        case 1: "January \(year)"
        case 2: "February \(year)"
        case 3: "March \(year)"
        case 4: "April \(year)"
        case 5: "May \(year)"
        case 6: "June \(year)"
        case 7: "July \(year)"
        case 8: "August \(year)"
        case 9: "September \(year)"
        case 10: "October \(year)"
        case 11: "November \(year)"
        default: "December \(year)"
        }
    }

    /// From Monday on: as a column is headed, and as it is read aloud.
    static let weekdays: [(short: Phrase, name: Phrase)] = [
        ("Mon", "Monday"), ("Tue", "Tuesday"), ("Wed", "Wednesday"), ("Thu", "Thursday"), ("Fri", "Friday"),
        ("Sat", "Saturday"), ("Sun", "Sunday"),
    ]
}
