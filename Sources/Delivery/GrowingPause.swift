/// How long to wait after a try that failed: most troubles pass at once, and whoever meets one that stays is not to hammer.
struct GrowingPause {
    private let first: Duration
    private let longest: Duration
    private var next: Duration

    /// - Parameters:
    ///   - first: after the first failure; each one in a row after it waits twice as long.
    ///   - longest: no longer than this.
    init(from first: Duration = .milliseconds(100), to longest: Duration = .seconds(5)) {
        (self.first, self.longest, next) = (first, longest, first)
    }

    /// What to wait now.
    mutating func take() -> Duration {
        defer { next = min(next * 2, longest) }
        return next
    }

    /// A try went well.
    mutating func reset() { next = first }
}
