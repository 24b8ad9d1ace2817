/// How many connections a server takes from us at once, learned from what it refuses: more as long as it takes them,
/// fewer when it says no (additive increase, multiplicative decrease).
///
/// It begins with one and adds one for each message that was answered, so that a server that takes twenty has them
/// after five rounds. From the first refusal on it adds one connection after a pause, and the pause doubles each time
/// that this was refused again: a limit that stays is hardly ever tried.
struct ConnectionBudget: Sendable {
    /// What the sender's settings allow.
    var ceiling: Int { didSet { allowed = min(allowed, Double(ceiling)) } }
    private var allowed = 1.0
    private var isRising = true
    private var pause = ConnectionBudget.shortestPause
    private var nextRise: ContinuousClock.Instant?

    private static let decrease = 0.8
    static let shortestPause = Duration.seconds(10)
    static let longestPause = Duration.seconds(300)

    init(ceiling: Int) { self.ceiling = max(1, ceiling) }

    /// For many servers together, which say nothing about each other: as many as there may be.
    static func whole(_ ceiling: Int) -> ConnectionBudget {
        var budget = ConnectionBudget(ceiling: ceiling)
        budget.allowed = Double(budget.ceiling)
        return budget
    }

    /// How many may be open now.
    var limit: Int { max(1, min(ceiling, Int(allowed))) }

    var isAtCeiling: Bool { limit >= ceiling }

    /// The server has answered a message.
    mutating func answered(at now: ContinuousClock.Instant) {
        guard allowed < Double(ceiling) else { return }
        if isRising {
            allowed += 1
        } else if let due = nextRise, now >= due {
            allowed = min(Double(ceiling), allowed.rounded(.down) + 1)
            nextRise = now + pause
        }
    }

    /// The server refused one more while `open` others were open.
    mutating func refused(open: Int, at now: ContinuousClock.Instant) {
        // Several are refused at once when several were tried at once: that is one lesson.
        if !isRising, let due = nextRise, due - now > pause * 0.9 {
            allowed = max(1, min(allowed, Double(open)))
            return
        }
        if !isRising { pause = min(pause * 2, Self.longestPause) }
        isRising = false
        allowed = max(1, (min(allowed, Double(max(1, open))) * Self.decrease).rounded(.down))
        nextRise = now + pause
    }
}
