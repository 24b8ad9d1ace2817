internal import Campaigns

/// What a sender may begin now: its hourly limit, and in a warm-up what is left of the day.
struct SendAllowance: Sendable {
    private(set) var hour: RateWindow
    private var day: WarmUpDay?

    /// - Parameters:
    ///   - usage: what the ledger knows of the last hour, in the order of seconds since 1970.
    ///   - warmUp: the plan, and how many messages ended within its present day.
    init(
        limit: Int, usage: [(second: Int64, messages: Int)] = [],
        warmUp: (plan: WarmUpPlan, used: Int, now: Int64)? = nil
    ) {
        hour = RateWindow(limit: limit, usage: usage)
        day = warmUp.map { WarmUpDay(plan: $0.plan, maxPerHour: limit, used: $0.used, now: $0.now) }
    }

    mutating func available(at now: Int64) -> Int {
        let inHour = hour.available(at: now)
        guard inHour > 0, let inDay = day?.available(at: now, reserved: hour.reserved) else { return inHour }
        return min(inHour, inDay)
    }

    mutating func reserve(_ messages: Int) { hour.reserve(messages) }

    mutating func end(used isUsed: Bool, at now: Int64) {
        hour.end(used: isUsed, at: now)
        if isUsed { day?.use(at: now) }
    }
}

/// What is left of a day of a warm-up.
private struct WarmUpDay {
    let plan: WarmUpPlan
    let maxPerHour: Int
    var day: Int
    var used: Int

    init(plan: WarmUpPlan, maxPerHour: Int, used: Int, now: Int64) {
        self.plan = plan
        self.maxPerHour = maxPerHour
        self.used = used
        day = plan.day(at: Self.instant(now))
    }

    /// nil when the plan is over.
    mutating func available(at now: Int64, reserved: Int) -> Int? {
        turn(now)
        return plan.limit(at: Self.instant(now), maxPerHour: maxPerHour).map { max(0, $0 - used - reserved) }
    }

    mutating func use(at now: Int64) {
        turn(now)
        used += 1
    }

    private mutating func turn(_ now: Int64) {
        let today = plan.day(at: Self.instant(now))
        guard today > day else { return }
        day = today
        used = 0
    }

    private static func instant(_ second: Int64) -> Instant { Instant(rawValue: second * 1_000_000) }
}
