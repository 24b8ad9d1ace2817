import Campaigns

/// What somebody should know who is about to start a campaign: how many get it, and how long that takes.
struct StartQuestion {
    let recipients: Int
    /// By the sender's limits; nil before there is a sender.
    let time: SendingTime?

    init(_ facts: PreflightFacts) {
        let recipients = max(0, facts.audience.matching - facts.audience.suppressed)
        self.recipients = recipients
        time = facts.sending.map { SendingTime(messages: recipients, $0, now: facts.now) }
    }

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
