internal import Foundation
internal import Logging

/// For machines: one JSON object (RFC 8259) a line, with `time` (UTC, RFC 3339), `level`, `message`, `logger`, and the
/// facts by their dotted names.
struct JSONLogLine: LogLine {
    func text(
        _ event: LogEvent, of label: String, at seconds: Double,
        _ metadata: [(key: String, value: Logger.MetadataValue)]
    ) -> String {
        var members = [
            ("time", Self.string(Self.time(seconds))), ("level", Self.string(event.level.rawValue)),
            ("message", Self.string(event.message.description)), ("logger", Self.string(label)),
        ]
        let taken = Set(members.map(\.0))
        for (key, value) in metadata {
            members.append((taken.contains(key) ? "metadata.\(key)" : key, Self.json(value)))
        }
        return "{" + members.map { "\(Self.string($0)):\($1)" }.joined(separator: ",") + "}"
    }

    private static func time(_ now: Double) -> String {
        var seconds = time_t(now)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let milliseconds = Int((now - now.rounded(.down)) * 1000)
        return String(
            format: "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
            parts.tm_hour, parts.tm_min, parts.tm_sec, milliseconds)
    }

    private static func json(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .array(let values): "[" + values.map(json).joined(separator: ",") + "]"
        case .dictionary(let values):
            "{" + values.sorted { $0.key < $1.key }.map { "\(string($0.key)):\(json($0.value))" }.joined(separator: ",")
                + "}"
        default: string(value.description)
        }
    }

    private static func string(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            // U+2028 and U+2029 end a line for some readers.
            case _
            where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0x2028
                || scalar.value == 0x2029:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
