import Campaigns

extension Form {
    /// A moment from `<input type="datetime-local">` and the browser's time zone in the field `time_zone`; `nil` when
    /// the field is empty. Without a known zone the time counts as UTC.
    mutating func moment(_ name: String) -> Instant? {
        switch ScheduledTime.read(data[name], zone: data["time_zone"]) {
        case .none: return nil
        case .time(let instant): return instant
        case .unreadable:
            refuse(name, "There is no such date and time. Write it like 2026-12-01 09:30.")
            return nil
        }
    }

    /// A date and time in the reader's zone, with the hidden field that says which zone that is. `value` fills an empty
    /// form; what was typed comes back as it was.
    func dateTime(_ name: String, _ label: Phrase, hint: Phrase? = nil, value: Instant? = nil) -> HTML {
        let stored = data.has(name) ? nil : value.map(Timestamp.init)
        // In UTC until the page's script shows it in the reader's zone; without a script no zone is sent, which means UTC.
        var shown = self
        if let stored { shown.data.set(stored.input, for: name) }
        let utc: HTML = stored.map { " data-utc=\"\($0.machine)\"" } ?? ""
        return """
            \(shown.input(name, label, type: "datetime-local", hint: hint, attributes: utc))\
            <input type="hidden" name="time_zone" value="\(data["time_zone"])" data-time-zone>
            """
    }
}
