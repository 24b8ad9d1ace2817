/// Names that look like ours and are not: most often a typing mistake, which would otherwise be silent.
enum UnknownSettings {
    /// Read by single commands, or by the Makefile and tests.
    private static let alsoKnown: Set<String> = [
        "MARTLET_PASSWORD", "MARTLET_SMTP_PASSWORD", "MARTLET_FAIL_POINT",
    ]

    static func notices(in sources: ConfigurationSources) -> [String] {
        let known = Set(Setting.all.map(\.key)).union(alsoKnown)
        let places = [("environment", sources.environment)] + (sources.file.map { [($0.path, $0.values)] } ?? [])
        return places.flatMap { place, values in
            values.keys.filter { $0.hasPrefix("MARTLET_") && !known.contains($0) }.sorted().map { name in
                let near = known.min { distance(name, $0) < distance(name, $1) }
                let hint = near.map { distance(name, $0) <= 3 ? "; did you mean \($0)?" : "." } ?? "."
                return "\(name) (\(place)) is not a setting of this version and is not used\(hint)"
            }
        }
    }

    /// How many letters have to be put in, taken out or changed (Levenshtein).
    private static func distance(_ a: String, _ b: String) -> Int {
        let b = Array(b.utf8)
        var row = Array(0...b.count)
        for (i, x) in a.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let substituted = diagonal + (x == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
            }
        }
        return row[b.count]
    }
}
