import Campaigns
import Persistence

/// How far a campaign is: figures that add up to its audience, and why it stands still if it does.
struct CampaignProgress {
    let overview: CampaignOverview

    private var campaign: CampaignRecord { overview.campaign }
    private var tally: Tally { overview.tally }

    var html: HTML {
        if campaign.state == .cancelled, tally.total == 0 {
            return "<p role=\"status\">\(t: "Cancelled before it began: nothing was sent.")</p>"
        }
        guard campaign.state.hasStarted || tally.total > 0 else { return waiting }
        return """
            \(alerts)
            <section class="card" aria-labelledby="progress-title">
            <header><h2 id="progress-title">\(t: "Progress")</h2><p>\(t: summary)</p></header>
            <section class="flex flex-col gap-4">
            \(tally.total > 0 ? MessageViews.bar(tally) : "<progress class=\"meter\" aria-label=\"\(t: "Progress")\"></progress>")
            <dl class="stats">\(MessageState.allCases.compactMap(figure))\(readers)</dl>
            \(speed)
            </section>
            <footer class="flex flex-wrap gap-2"><a class="btn" data-variant="outline" \
            href="/campaigns/\(campaign.id.rawValue)/messages/">\
            \(icon: "list")\(t: "All mails of this campaign")</a>\
            <a class="btn" data-variant="outline" href="/campaigns/\(campaign.id.rawValue)/statistics/">\
            \(icon: "chart-column")\(t: "Statistics")</a></footer>
            </section>
            """
    }

    private var waiting: HTML {
        campaign.state == .scheduled && (campaign.scheduledAt ?? overview.now) <= overview.now
            ? """
            <p role="status" class="flex items-center gap-2">\(icon: "hourglass")<span>\(t: "It starts within seconds.")</span></p>
            """
            : campaign.state == .scheduled
                ? """
                <p class="flex items-center gap-2">\(icon: "calendar")<span>\(t: "It starts by itself at") \
                \(time: campaign.scheduledAt).</span></p>
                """
                : "<p>\(t: "This is a draft: nothing is sent until you start it.")</p>"
    }

    /// "1,200 of 5,000 done" — while the audience is being frozen, its size is not known yet.
    private var summary: Phrase {
        switch campaign.state {
        case .planning: "\(tally.ended) done; \(tally.total) recipients so far, more are being added"
        case .cancelled where overview.isRehearsal:
            "\(tally[.delivered]) of \(tally.total) rehearsed, \(tally[.cancelled]) cancelled"
        case .cancelled: "\(tally[.delivered]) of \(tally.total) sent, \(tally[.cancelled]) cancelled"
        default: "\(tally.ended) of \(tally.total) done"
        }
    }

    private func figure(_ state: MessageState) -> HTML? {
        guard tally[state] > 0 || state == .delivered || state == .ready else { return nil }
        return """
            <div class="stat"><dt>\(isRehearsed(state) ? RehearsedMails.badge : state.badge)</dt>\
            <dd><a class="link" href="/campaigns/\(campaign.id.rawValue)/messages/?state=\(state.rawValue)">\
            \(number: tally[state])</a></dd><dd>\(t: explanation(state))</dd></div>
            """
    }

    private func isRehearsed(_ state: MessageState) -> Bool { state == .delivered && overview.isRehearsal }

    private func explanation(_ state: MessageState) -> Phrase {
        if isRehearsed(state) { return RehearsedMails.explanation }
        guard state == .claimed, let connections = overview.activity?.openConnections, connections > 0 else {
            return state.explanation
        }
        return .counted(
            connections, one: "\(connections) connection sends one after the other.",
            other: "\(connections) connections send one after the other.")
    }

    /// Once somebody can have read it.
    private var readers: HTML? {
        guard tally[.delivered] + tally[.unknown] > 0 else { return nil }
        let readings = overview.readings
        return """
            \(reader("mail-open", "Opened", readings[.humanOpened], all: readings[.opened]))\
            \(reader("link", "Clicked", readings[.humanClicked], all: readings[.clicked]))
            """
    }

    private func reader(_ icon: String, _ title: Phrase, _ people: Int, all: Int) -> HTML {
        """
        <div class="stat"><dt>\(icon: icon)\(t: title)</dt>\
        <dd><a class="link" href="/campaigns/\(campaign.id.rawValue)/statistics/">\(number: people)</a></dd>\
        <dd>\(t: .counted(people, one: "\(people) person, \(max(0, all - people)) automatic", other: "\(people) people, \(max(0, all - people)) automatic"))</dd></div>
        """
    }

    private var speed: HTML? {
        guard campaign.state.canPause else { return nil }
        let perMinute = Int((overview.rate * 60).rounded())
        return """
            <p class="flex items-center gap-2 text-sm text-muted-foreground">\(icon: "gauge")<span>\(t: .counted(perMinute, one: "\(perMinute) mail in the last minute", other: "\(perMinute) mails in the last minute"))\
            \(overview.timeLeftNow.map { " · \(t: "about") \(t: TimeSpan($0).phrase) \(t: "left")" as HTML })\
            \(later.map { " · \($0)" as HTML })</span></p>
            """
    }

    /// What takes longer than all the rest, and does not hold it up.
    private var later: HTML? {
        guard overview.later > 0, let last = overview.tries?.upperBound else { return nil }
        let (count, isMore) = (overview.later, overview.later > CampaignOverview.mostLater)
        let sentence: Phrase =
            isMore
            ? "more than \(CampaignOverview.mostLater) mails are tried again, the last at"
            : .counted(
                count, one: "\(count) mail is tried again at", other: "\(count) mails are tried again, the last at")
        return "\(t: sentence) \(time: last)"
    }

    private var alerts: HTML {
        let reason = campaign.pausedReason
        let sender = overview.sender
        return """
            \(if: campaign.state == .paused, alert(
                "circle-pause", "This campaign is paused", Phrase(sentence: reason.isEmpty ? "Paused by hand." : reason)))
            \(if: campaign.state.isUnderWay && !(sender?.pausedReason ?? "").isEmpty, alert(
                "triangle-alert", "The sender is paused, nobody has failed because of it",
                Phrase(sentence: sender?.pausedReason ?? ""), link: "/profile/edit/", linkText: "Sender settings"))
            \(if: overview.isServerAway, alert(
                "server", "Waiting for the mail server",
                "\(overview.activity?.reason ?? "") It is tried again by itself, and nobody has failed because of it.",
                link: "/profile/edit/", linkText: "Sender settings"))
            \(if: overview.waitsForTries, alert(
                "hourglass", "What is left waits for its next try", "It is tried again by itself.",
                link: "/campaigns/\(campaign.id)/messages/?state=ready", linkText: "See why"))
            \(if: overview.isAtLimit, alert(
                "timer", "The hourly limit is reached",
                "The sender may send \(sender?.maxPerHour ?? 0) mails in any hour. It goes on by itself.",
                link: "/profile/edit/", linkText: "Change the limit"))
            \(if: tally[.unknown] > 0, trouble(
                .unknown,
                .counted(
                    tally[.unknown], one: "Decide about \(tally[.unknown]) mail",
                    other: "Decide about \(tally[.unknown]) mails"),
                sender?.unknownPolicy == .resend
                    ? "They may have arrived: the connection broke before the server’s answer, each time they were sent again."
                    : "Their connection broke before the server’s answer: they may have arrived. Nothing is sent twice by itself."
            ))
            \(if: tally[.quarantined] > 0, trouble(
                .quarantined,
                .counted(
                    tally[.quarantined], one: "\(tally[.quarantined]) mail was set aside",
                    other: "\(tally[.quarantined]) mails were set aside"),
                "Martlet stopped three times while it had them in hand, or could not write down what became of them."))
            """
    }

    private func alert(_ icon: String, _ title: Phrase, _ sentence: Phrase, link: String? = nil, linkText: Phrase = "")
        -> HTML
    {
        """
        <div class="alert" data-variant="warning" role="status">\(icon: icon)<h2>\(t: title)</h2><section><p>\(t: sentence)\
        \(link.map { " <a class=\"link\" href=\"\($0)\">\(t: linkText)</a>" as HTML })</p></section></div>
        """
    }

    private func trouble(_ state: MessageState, _ title: Phrase, _ sentence: Phrase) -> HTML {
        alert(
            "mail-question-mark", title, sentence,
            link: "/campaigns/\(campaign.id)/messages/?state=\(state.rawValue)", linkText: "Look at them and decide")
    }
}
