internal import Foundation
internal import Logging

/// For a person at a terminal: `19:04:11 warning  Sender paused  sender.id=4 reason="535 wrong password"`.
struct HumanLogLine: LogLine {
    let hasColour: Bool

    func text(
        _ event: LogEvent, of label: String, at seconds: Double,
        _ metadata: [(key: String, value: Logger.MetadataValue)]
    ) -> String {
        let level = event.level.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
        // On a terminal a progress bar may stand on the line: the log takes its place, and the bar is drawn anew below.
        var line = hasColour ? "\r\u{1B}[2K" : ""
        line += "\(dimmed(Self.time(seconds))) \(coloured(level, event.level)) \(printable(event.message.description))"
        for (key, value) in metadata {
            line += "  \(dimmed(key + "="))\(quoted(printable(value.description)))"
        }
        return line
    }

    /// Local time: whoever reads this sits in front of it. JSON has UTC.
    private static func time(_ now: Double) -> String {
        var seconds = time_t(now)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }

    private func quoted(_ value: String) -> String {
        // Scalars: with a mark on it a quote is another character.
        guard value.isEmpty || value.unicodeScalars.contains(where: { $0 == " " || $0 == "\"" }) else { return value }
        return "\"" + value.unicodeScalars.map { $0 == "\"" ? "\\\"" : String($0) }.joined() + "\""
    }

    private func dimmed(_ text: String) -> String { hasColour ? "\u{1B}[2m\(text)\u{1B}[0m" : text }

    private func coloured(_ text: String, _ level: Logger.Level) -> String {
        guard hasColour else { return text }
        let code =
            switch level {
            case .trace, .debug: "2"
            case .info, .notice: "32"
            case .warning: "33"
            case .error, .critical: "1;31"
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}
