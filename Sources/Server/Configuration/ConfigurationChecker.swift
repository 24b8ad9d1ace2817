/// Reads one setting after another and collects what is wrong with them, so that all faults are told at once.
struct ConfigurationChecker {
    let lookup: ConfigurationLookup
    private(set) var faults: [ConfigurationError] = []
    private(set) var report: [SettingReport] = []

    init(_ lookup: ConfigurationLookup) { self.lookup = lookup }

    /// - Parameters:
    ///   - fallback: what `check-config` shows where nothing is set.
    ///   - parse: nil for a wrong value.
    ///   - expected: goes on after the wrong value: "use 1 to 500".
    mutating func read<Value>(
        _ setting: Setting, default value: Value, shownAs fallback: String, expected: String,
        _ parse: (String) -> Value?
    ) -> Value {
        guard let (text, source) = lookup.find(setting.key) ?? setting.oldKey.flatMap({ lookup.find($0) }) else {
            note(setting, fallback, "default")
            return value
        }
        note(setting, setting.isSecret ? "(set, \(text.utf8.count) characters)" : text, source)
        guard let parsed = parse(text) else {
            let shown = setting.isSecret ? "is not right" : "is \"\(Self.excerpt(text))\""
            fault(setting, "\(shown) (\(source)); \(expected)")
            return value
        }
        return parsed
    }

    mutating func fault(_ setting: Setting, _ problem: String) {
        faults.append(ConfigurationError(key: setting.key, problem: problem))
    }

    private mutating func note(_ setting: Setting, _ value: String, _ source: String) {
        report.append(SettingReport(setting: setting, value: value, source: source))
    }

    /// What a terminal can show of a wrong value.
    private static func excerpt(_ text: String) -> String {
        let visible = text.prefix(60).map { $0.isNewline || $0 == "\u{1B}" ? "?" : $0 }
        return String(visible) + (text.count > 60 ? "…" : "")
    }
}
