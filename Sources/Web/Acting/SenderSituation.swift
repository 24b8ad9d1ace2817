import Campaigns
import Persistence

/// Where a sender stands, for the page and the API alike. The raw value is what the API says.
enum SenderSituation: String, Sendable, CaseIterable {
    /// Until somebody resumes it.
    case paused
    /// Its server cannot be had; it tries again by itself.
    case resting
    case sending
    /// The hourly limit is used up; it goes on by itself.
    case hourlyLimit = "hourly_limit"
    /// The day's mails of the warm-up are used up; it goes on by itself.
    case warmUpLimit = "warm_up_limit"
    /// Nothing to send.
    case idle
}

extension SenderNow {
    var situation: SenderSituation { situation(activity) }

    /// - Parameter activity: what the nodes do with it.
    func situation(_ activity: SenderActivityRecord?) -> SenderSituation {
        if !record.pausedReason.isEmpty { return .paused }
        if activity?.restsUntil != nil { return .resting }
        if let activity, activity.openConnections > 0 { return .sending }
        if usedInLastHour >= record.maxPerHour { return .hourlyLimit }
        if let limit = warmUpLimit, usedInWarmUpDay >= limit { return .warmUpLimit }
        return activity == nil ? .idle : .sending
    }

    /// Mails of the present day of the warm-up; `nil` without one, or when the hourly limit alone holds.
    var warmUpLimit: Int? { record.warmUp?.limit(at: time, maxPerHour: record.maxPerHour) }
}
