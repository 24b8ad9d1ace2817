import Campaigns

/// A moment in RFC 3339 text.
struct RFC3339Time {
    let instant: Instant

    /// `2026-12-01T09:30:00Z`, with seconds, fractions of them and another offset if wanted.
    init?(_ text: String) {
        let pattern = /(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(?::([0-5]\d)(\.\d{1,9})?)?([Zz]|[+-]\d{2}:[0-5]\d)/
        guard let match = text.wholeMatch(of: pattern),
            case .time(let minute) = ScheduledTime.read("\(match.1)T\(match.2)", zone: "GMT")
        else { return nil }
        var seconds = Double(match.3 ?? "0") ?? 0
        if let fraction = match.4 { seconds += Double("0" + fraction) ?? 0 }
        if match.5.lowercased() != "z" {
            let parts = match.5.dropFirst().split(separator: ":").compactMap { Double($0) }
            guard parts.count == 2, parts[0] < 24 else { return nil }
            let offset = parts[0] * 3600 + parts[1] * 60
            seconds -= match.5.hasPrefix("-") ? -offset : offset
        }
        instant = minute + .microseconds(Int64((seconds * 1_000_000).rounded()))
    }

    /// UTC, to the microsecond where there is one: 2026-12-01T09:30:00.25Z.
    static func text(_ instant: Instant) -> String {
        let whole = Timestamp(instant).machine
        let rest = ((instant.rawValue % 1_000_000) + 1_000_000) % 1_000_000
        guard rest > 0 else { return whole }
        var digits = String(repeating: "0", count: 6 - String(rest).count) + String(rest)
        while digits.last == "0" { digits.removeLast() }
        return whole.dropLast() + "." + digits + "Z"
    }
}

extension JSON {
    init(_ instant: Instant?) { self = instant.map { .string(RFC3339Time.text($0)) } ?? .null }
    init(_ text: String?) { self = text.map { .string($0) } ?? .null }
    init(_ number: Int) { self = .integer(Int64(number)) }
    init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }
    init(_ id: some Identifier) { self = .integer(id.rawValue) }
    init(_ id: (some Identifier)?) { self = id.map { .integer($0.rawValue) } ?? .null }
    init(_ value: some RawRepresentable<String>) { self = .string(value.rawValue) }
}
