/// Even spreading over the hour: as many seconds between two messages as the limit says, and no burst.
struct Pace: Sendable {
    /// Messages in an hour.
    let limit: Int
    private var next: ContinuousClock.Instant

    /// A window in which a second counts until it is wholly an hour old, and a message until its answer: with 3,600
    /// seconds between the first and the last the window would be full now and then, and a message would have to wait.
    private static let hour = Duration.seconds(3603)
    /// Above ten in a second they go in small groups, so that no timer rings for each one.
    private static let shortest = Duration.milliseconds(100)

    /// - Parameter sinceLast: how long ago the last message left; nil when none is known.
    init(limit: Int, sinceLast: Duration?, now: ContinuousClock.Instant) {
        self.limit = limit
        next = now
        if let sinceLast { next = now + max(.zero, gap(1) - sinceLast) }
    }

    /// How many may leave together: one, unless they are more than ten in a second.
    var group: Int { max(1, Int(Double(limit) * (Self.shortest / Self.hour))) }

    /// How long the next one has to wait; nil when it may leave.
    func pause(at now: ContinuousClock.Instant) -> Duration? { next > now ? next - now : nil }

    /// So many leave now.
    mutating func left(_ messages: Int, at now: ContinuousClock.Instant) {
        // A timer that rang late is made up for; more than that would be a burst.
        let lateness = group > 1 ? Self.shortest : gap(1) * 0.1
        next = max(next, now - lateness) + gap(messages)
    }

    private func gap(_ messages: Int) -> Duration { Self.hour * (Double(messages) / Double(limit)) }
}
