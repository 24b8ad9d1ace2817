import Campaigns
import Persistence

/// What somebody should know who is about to start a campaign: how many get it, and how long that takes.
struct StartQuestion: Sendable {
    let recipients: Int
    /// By the sender's limits; nil before there is a sender.
    let time: SendingTime?

    init(_ scope: AccountScope, _ audience: AudienceSize, sender: SenderRecord?) throws {
        let recipients = audience.mailed
        self.recipients = recipients
        time = try sender.map { sender in
            let now = try SenderNow(scope, sender)
            return SendingTime(
                messages: recipients, maxPerHour: sender.maxPerHour, usedInLastHour: now.usedInLastHour,
                spreadsEvenly: sender.spreadsEvenly, warmUp: sender.warmUp, usedInWarmUpDay: now.usedInWarmUpDay,
                now: now.time)
        }
    }

    /// Plain text, so that it can be the value of an attribute.
    var html: HTML {
        """
        \(t: .counted(recipients, one: "It goes to \(recipients) recipient.", other: "It goes to \(recipients) recipients."))\(duration)
        """
    }

    /// A span and no time of the day: the page may be open for long before somebody starts.
    private var duration: HTML? {
        guard let time, recipients > 0 else { return nil }
        return time.seconds == 0
            ? " \(t: "The sender’s limits let all of it go at once.")"
            : " \(t: "By the sender’s limits it is done in") \(t: TimeSpan(.seconds(time.seconds)).phrase)."
    }
}
