import Campaigns
import Persistence

extension RecipientRecord {
    /// Whether mails reach this address, as a badge.
    var state: HTML {
        guard let suppression else { return "<span class=\"text-muted-foreground\">\(t: "Active")</span>" }
        return
            "<span class=\"badge\" data-state=\"\(suppression.reason.badgeState)\">\(t: suppression.reason.label)</span>"
    }
}

extension SuppressionReason {
    var label: Phrase {
        switch self {
        case .unsubscribed: "Unsubscribed"
        case .bounced: "Bounced"
        case .nonexistent: "No such address"
        case .complained: "Complained"
        case .blocked: "Blocked"
        }
    }

    /// What it means and who can change it.
    var explanation: Phrase {
        switch self {
        case .unsubscribed:
            "This person unsubscribed and gets nothing from you. They can take that back by a link in your mails."
        case .bounced: "The address could not be reached, so nothing more is sent to it."
        case .nonexistent:
            "The mail server said that there is no such address when a mail was handed over, so nothing more is sent to it."
        case .complained: "This person reported a mail of yours as unwanted and gets nothing from you."
        case .blocked: "Somebody of your account blocked this address, so nothing is sent to it."
        }
    }

    /// Whether the account itself may change its mind without being asked to.
    var canBeTakenBack: Bool { !isPersons }

    var badgeState: String {
        switch self {
        case .unsubscribed, .blocked: "held"
        case .bounced, .nonexistent, .complained: "failed"
        }
    }
}
