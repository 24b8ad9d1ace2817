import Campaigns
import Persistence

/// The words and pieces with which messages are shown on every page.
enum MessageViews {
    static func title(_ outcome: AttemptRecord.Outcome) -> Phrase {
        switch outcome {
        case .delivered: "Delivered"
        case .deferred: "Deferred"
        case .failed: "Failed"
        case .unknown: "Unknown"
        case .opened: "Opened"
        case .clicked: "Clicked"
        case .bounced: "Bounced"
        case .delayed: "Delayed"
        case .complained: "Complained"
        }
    }

    /// The outcome of one attempt, which may have been a rehearsal.
    static func badge(_ attempt: AttemptRecord) -> HTML {
        attempt.outcome == .delivered && attempt.reply == Rehearsal.reply
            ? RehearsedMails.badge : badge(attempt.outcome)
    }

    static func badge(_ outcome: AttemptRecord.Outcome) -> HTML {
        let state =
            switch outcome {
            case .deferred, .delayed: "temporary"
            case .bounced, .complained: "failed"
            case .opened, .clicked: "done"
            case .delivered, .failed, .unknown: outcome.rawValue
            }
        return "<span class=\"badge\" data-state=\"\(state)\">\(t: title(outcome))</span>"
    }

    /// The bar of all states of a tally, and what it says in words.
    static func bar(_ tally: Tally) -> HTML {
        guard tally.total > 0 else { return "" }
        var place = 0.0
        var pieces: [HTML] = []
        for state in order where tally[state] > 0 {
            let width = 100 * Double(tally[state]) / Double(tally.total)
            pieces.append(
                """
                <rect data-state="\(state.rawValue)" x="\(rounded(place))" width="\(rounded(width))" height="8"/>
                """)
            place += width
        }
        return """
            <svg class="state-bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" \
            aria-label="\(t: "\(tally[.delivered]) delivered, \(tally[.failed]) failed, \(tally.open) open, \(tally.total) in all")">\
            \(pieces)</svg>
            """
    }

    /// The order in which states are listed.
    static let order: [MessageState] = [
        .delivered, .failed, .unknown, .quarantined, .cancelled, .dotted, .claimed, .ready,
    ]

    private static func rounded(_ number: Double) -> String {
        let thousandths = Int((number * 1000).rounded())
        let rest = String(thousandths % 1000)
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }
}
