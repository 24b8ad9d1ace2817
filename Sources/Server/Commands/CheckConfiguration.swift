/// `martlet check-config`: what is set, and from where.
public enum CheckConfiguration {
    /// A table of all settings, secrets redacted, and the notices below it.
    public static func table(_ configuration: ServerConfiguration) -> String {
        let rows = configuration.report.map { ($0.setting.key, $0.value, $0.source) }
        let keyWidth = rows.map(\.0.count).max() ?? 0
        let valueWidth = min(48, rows.map(\.1.count).max() ?? 0)
        var lines = rows.map { key, value, source in
            "\(padded(key, to: keyWidth))  \(padded(printable(value), to: valueWidth))  \(source)"
        }
        lines += configuration.notices.map { "note: \($0)" }
        return lines.joined(separator: "\n")
    }

    static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
