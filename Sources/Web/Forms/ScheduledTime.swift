import Campaigns
import Foundation

/// A moment as it is typed into a form: the wall clock of the person's time zone.
struct ScheduledTime: Equatable {
    enum Reading: Equatable {
        /// Nothing was typed: now.
        case none
        case time(Instant)
        case unreadable
    }

    /// - Parameters:
    ///   - text: what `<input type="datetime-local">` sends, `2026-11-22T19:05`; a space instead of the T is read
    ///     too, and seconds are left out.
    ///   - zone: the browser's zone by its IANA name; UTC where it is not known.
    static func read(_ text: String, zone: String) -> Reading {
        let text = text.trimmed
        guard !text.isEmpty else { return .none }
        let pattern = /(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{2})(?::[0-5]\d(?:\.\d+)?)?/
        guard let match = text.wholeMatch(of: pattern) else { return .unreadable }
        var components = DateComponents()
        components.year = Int(match.1)
        components.month = Int(match.2)
        components.day = Int(match.3)
        components.hour = Int(match.4)
        components.minute = Int(match.5)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: zone) ?? .gmt
        guard components.isReal, let date = calendar.date(from: components) else { return .unreadable }
        return .time(Instant(secondsSince1970: date.timeIntervalSince1970))
    }
}

extension DateComponents {
    /// Whether the calendar has such a day and the clock such a time: `calendar.date(from:)` takes the 31st of February.
    fileprivate var isReal: Bool {
        guard let year, let month, let day, let hour, let minute, (1970...2200).contains(year),
            (1...12).contains(month), hour < 24, minute < 60
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }
}
