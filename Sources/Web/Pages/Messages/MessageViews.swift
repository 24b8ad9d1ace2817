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

    /// Searches a list of mails for a part of an address, in the state that it shows.
    static func addressSearch(_ text: String, in state: MessageState?, path: String) -> HTML {
        """
        <form method="get" action="\(path)" class="toolbar" role="search">\
        \(state.map { #"<input type="hidden" name="state" value="\#($0.rawValue)">"# as HTML })\
        <label class="sr-only" for="q">\(t: "Search addresses")</label>\
        <input class="input max-w-xs" type="search" id="q" name="q" value="\(text)" placeholder="\(t: "Address")">\
        <button class="btn" data-variant="outline">\(icon: "search")\(t: "Search")</button>\
        \(if: !text.isEmpty, """
            <a class="btn" data-variant="ghost" href="\(path)\(state.map { "?state=\($0.rawValue)" })">\(t: "Show all")</a>
            """)</form>
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
