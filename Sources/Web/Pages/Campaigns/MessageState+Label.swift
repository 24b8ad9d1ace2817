import Campaigns

extension MessageState {
    /// The word for it on pages.
    var label: Phrase {
        switch self {
        case .ready: "Waiting"
        case .claimed: "Next in line"
        case .dotted: "Awaiting the answer"
        case .delivered: "Delivered"
        case .failed: "Failed"
        case .unknown: "Unknown"
        case .cancelled: "Cancelled"
        case .quarantined: "Set aside"
        }
    }

    /// What it means, in one sentence.
    var explanation: Phrase {
        switch self {
        case .ready: "Waits for its turn, or for its next try."
        case .claimed: "A connection takes it as soon as it is free, or has taken it just now."
        case .dotted: "Was handed over; the server has not answered yet."
        case .delivered: "The server accepted it."
        case .failed: "The server refused it for good, or the time for retries is over."
        case .unknown: "It may have arrived: the connection broke before the server’s answer."
        case .cancelled: "Not sent: the campaign was cancelled, or the recipient has unsubscribed."
        case .quarantined:
            "Martlet set it aside: it stopped three times with this mail in hand, or could not write down what became of it."
        }
    }

    var badge: HTML { #"<span class="badge" data-state="\#(rawValue)">\#(t: label)</span>"# }

    /// With what is said of this mail: one that was rehearsed has reached nobody.
    func badge(_ reason: String) -> HTML { isRehearsed(reason) ? RehearsedMails.badge : badge }

    func isRehearsed(_ reason: String) -> Bool { self == .delivered && reason == Rehearsal.reply }
}

extension CampaignState {
    /// The word for it on pages.
    var label: Phrase {
        switch self {
        case .draft: "Draft"
        case .scheduled: "Scheduled"
        case .planning: "Preparing"
        case .sending: "Sending"
        case .paused: "Paused"
        case .finished: "Finished"
        case .cancelled: "Cancelled"
        }
    }

    var badge: HTML {
        switch self {
        case .draft: #"<span class="badge" data-variant="secondary">\#(t: label)</span>"#
        case .scheduled: #"<span class="badge" data-state="planned">\#(t: label)</span>"#
        case .planning, .sending: #"<span class="badge" data-state="running">\#(t: label)</span>"#
        case .paused: #"<span class="badge" data-state="paused">\#(t: label)</span>"#
        case .finished: #"<span class="badge" data-state="finished">\#(t: label)</span>"#
        case .cancelled: #"<span class="badge" data-state="cancelled">\#(t: label)</span>"#
        }
    }
}
