/// A moment: microseconds since 1970-01-01, UTC. What the database stores wherever a time is kept.
public struct Instant: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }
    public init(secondsSince1970 seconds: Double) { rawValue = Int64((seconds * 1_000_000).rounded()) }

    public var secondsSince1970: Double { Double(rawValue) / 1_000_000 }

    public static func < (left: Instant, right: Instant) -> Bool { left.rawValue < right.rawValue }

    /// To the microsecond; what is finer is dropped.
    public static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(rawValue: instant.rawValue + duration.microseconds)
    }

    public static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(rawValue: instant.rawValue - duration.microseconds)
    }

    public static func - (later: Instant, earlier: Instant) -> Duration {
        .microseconds(later.rawValue - earlier.rawValue)
    }
}

extension Duration {
    /// Whole microseconds, rounded towards zero.
    public var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
