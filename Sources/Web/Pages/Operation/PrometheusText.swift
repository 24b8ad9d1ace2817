/// Metrics in Prometheus' text format, version 0.0.4. Names end in their unit; labels come from short lists of ours and
/// never hold an address, a path or an id.
struct PrometheusText {
    enum Kind: String { case counter, gauge }

    private(set) var text = ""

    /// A metric with one value.
    mutating func add(_ name: StaticString, _ kind: Kind, _ help: StaticString, _ value: Int) {
        begin(name, kind, help)
        text += "\(name) \(value)\n"
    }

    mutating func add(_ name: StaticString, _ kind: Kind, _ help: StaticString, seconds: Double) {
        begin(name, kind, help)
        text += "\(name) \(seconds)\n"
    }

    /// A metric with a value for each of some labels.
    mutating func add(
        _ name: StaticString, _ kind: Kind, _ help: StaticString, by label: StaticString,
        _ values: some Sequence<(String, Int)>
    ) {
        begin(name, kind, help)
        for (key, value) in values { text += "\(name){\(label)=\"\(key)\"} \(value)\n" }
    }

    private mutating func begin(_ name: StaticString, _ kind: Kind, _ help: StaticString) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }
}
