import Campaigns
import Foundation

extension Form {
    /// A moment from `<input type="datetime-local">` and the browser's time zone in the field `time_zone`; `nil` when
    /// the field is empty. Without a known zone the time counts as UTC.
    mutating func moment(_ name: String) -> Instant? {
        let text = data[name].trimmed
        guard !text.isEmpty else { return nil }
        let zone = TimeZone(identifier: data["time_zone"]) ?? .gmt
        guard let parts = Self.dateParts(text) else {
            refuse(name, "Please enter a date and a time, such as 2026-12-01 09:30.")
            return nil
        }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let components = DateComponents(
            year: parts[0], month: parts[1], day: parts[2], hour: parts[3], minute: parts[4])
        guard components.isValidDate(in: calendar) || parts[3] < 24, let date = calendar.date(from: components) else {
            refuse(name, "There is no such date.")
            return nil
        }
        return Instant(secondsSince1970: date.timeIntervalSince1970)
    }

    /// A date and time in the reader's zone, with the hidden field that says which zone that is. `value` fills an empty
    /// form; what was typed comes back as it was.
    func dateTime(_ name: String, _ label: Phrase, hint: Phrase? = nil, value: Instant? = nil) -> HTML {
        let utc: HTML? = data.has(name) ? nil : value.map { " data-utc=\"\(Timestamp($0).machine)\"" }
        return """
            \(input(name, label, type: "datetime-local", hint: hint, attributes: utc ?? ""))\
            <input type="hidden" name="time_zone" value="\(data["time_zone"])" data-time-zone>
            """
    }

    /// Year, month, day, hour, minute of `2026-12-01T09:30`, with a space for the T and seconds allowed.
    private static func dateParts(_ text: String) -> [Int]? {
        let fields = text.split(whereSeparator: { "-T :".contains($0) }).map { Int($0) }
        guard (5...6).contains(fields.count), !fields.contains(nil) else { return nil }
        let parts = fields.compactMap { $0 }
        let isPossible =
            (1970...9999).contains(parts[0]) && (1...12).contains(parts[1]) && (1...31).contains(parts[2])
            && (0...23).contains(parts[3]) && (0...59).contains(parts[4])
        return isPossible ? parts : nil
    }
}
