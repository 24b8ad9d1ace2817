import Campaigns
import Persistence

/// Attempts with the server's answers. The outcome comes first: a phone shows the first two columns.
struct AttemptTable {
    let attempts: [AttemptRecord]
    /// What the campaigns of these attempts are called; nil in the history of one mail, where recipient and campaign are known.
    var titles: [Campaign.ID: CampaignTitle]?

    var html: HTML {
        """
        <div class="table-container" role="region" aria-label="\(t: "Attempts")" tabindex="0"><table class="table">
        <caption class="sr-only">\(t: "Attempts")</caption>
        <thead><tr><th scope="col">\(t: "Outcome")</th><th scope="col">\(t: "Time")</th>\
        \(if: titles != nil, "<th scope=\"col\">\(t: "Recipient and campaign")</th>")\
        <th scope="col" class="num">\(t: "Code")</th>\
        <th scope="col">\(t: "Answer")</th><th scope="col" class="num">\(t: "Duration")</th></tr></thead>
        <tbody>\(attempts.map(row))</tbody></table></div>
        """
    }

    /// The step at which it ended; of an opening or a click, the machine that is behind it.
    private func note(_ attempt: AttemptRecord) -> HTML? {
        if let sign = attempt.machineSign { return "\(t: "By a machine:") \(t: sign.label). " }
        if attempt.outcome == .bounced, let kind = BounceKind(rawValue: attempt.step) { return "\(t: kind.label): " }
        return attempt.step.isEmpty || attempt.outcome == .delivered ? nil : "\(attempt.step): "
    }

    private func campaign(_ title: CampaignTitle) -> HTML {
        guard title.kind == .campaign else { return "\(t: "Single mail")" }
        return "<a href=\"/campaigns/\(title.id.rawValue)/\">\(title.name)</a>"
    }

    private func row(_ attempt: AttemptRecord) -> HTML {
        """
        <tr><td>\(MessageViews.badge(attempt))</td><td>\(time: attempt.at)</td>\
        \(titles.map { titles in
            """
            <td><a href="/emails/\(attempt.messageID.rawValue)/">\(attempt.email)</a>\
            <div class="max-w-56 truncate text-xs text-muted-foreground">\(titles[attempt.campaignID].map(campaign))</div></td>
            """ as HTML
        })\
        <td class="num">\(attempt.code.map { "\($0)" as HTML })</td>\
        <td class="wrap">\(note(attempt))\(attempt.reply)\
        \(if: !attempt.route.isEmpty, "<br><span class=\"text-muted-foreground\">\(attempt.route)</span>")</td>\
        <td class="num">\(if: !attempt.outcome.isReading && !attempt.outcome.isReturn, "\(t: "\(attempt.milliseconds) ms")")</td></tr>
        """
    }
}
