/// How long a sender's limits make a campaign take.
public struct SendingTime: Sendable, Hashable {
    /// 0 where all may go at once.
    public let seconds: Int64

    /// - Parameters:
    ///   - messages: that are to be sent.
    ///   - sending: the limits, and what is used of them.
    public init(messages: Int, _ sending: PreflightFacts.Sending, now: Instant) {
        self.init(
            messages: messages, maxPerHour: sending.maxPerHour, usedInLastHour: sending.usedInLastHour,
            spreadsEvenly: sending.spreadsEvenly, warmUp: sending.warmUp, usedInWarmUpDay: sending.usedInWarmUpDay,
            now: now)
    }

    public init(
        messages: Int, maxPerHour: Int, usedInLastHour: Int, spreadsEvenly: Bool, warmUp: WarmUpPlan?,
        usedInWarmUpDay: Int, now: Instant
    ) {
        let perHour = max(1, maxPerHour)
        guard let plan = warmUp, plan.limit(at: now, maxPerHour: perHour) != nil else {
            seconds = Self.seconds(
                messages, perHour: perHour, room: max(0, perHour - usedInLastHour), isEven: spreadsEvenly)
            return
        }
        var rest = messages
        var (elapsed, day, used): (Int64, Int, Int) = (0, plan.day(at: now), usedInWarmUpDay)
        let left = Int64(86_400) - (now.rawValue - plan.dayBegan(at: now).rawValue) / 1_000_000
        while rest > 0 {
            let limit = plan.limit(ofDay: day)
            guard limit < perHour * 24 else { break }
            let today = max(0, limit - used)
            if rest <= today {
                seconds = elapsed + Self.seconds(rest, perHour: perHour, room: perHour, isEven: spreadsEvenly)
                return
            }
            rest -= today
            elapsed += elapsed == 0 ? left : 86_400
            (day, used) = (day + 1, 0)
        }
        seconds = elapsed + Self.seconds(rest, perHour: perHour, room: perHour, isEven: spreadsEvenly)
    }

    /// As fast as the limit lets them, whole hours' worth go at once; evenly, each has its moment.
    private static func seconds(_ messages: Int, perHour: Int, room: Int, isEven: Bool) -> Int64 {
        if isEven { return Int64(messages) * 3600 / Int64(perHour) }
        guard messages > room else { return 0 }
        return Int64((messages - room + perHour - 1) / perHour) * 3600
    }
}
