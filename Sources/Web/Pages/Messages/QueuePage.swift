import Campaigns
import Persistence

/// The list of all mails, filtered by state and searched by address; fast however many there are.
struct QueuePage {
    static let size = 50

    let messages: [MessageRecord]
    let tally: Tally
    let state: MessageState?
    /// A part of the address; empty for all.
    let search: String
    let navigation: HTML?

    var page: Page {
        Page(
            title: "Queue", subtitle: "Every mail and where it stands.", section: .queue,
            actions: """
                <a class="btn" href="/emails/create/">\(icon: "plus")\(t: "New mail")</a>
                """,
            body: body)
    }

    private var body: HTML {
        """
        <nav class="toolbar" aria-label="\(t: "Filter by state")">\(link(nil, "All", tally.total))\
        \(MessageViews.order.filter { tally[$0] > 0 || $0 == state }.map { link($0, $0.label, tally[$0]) })</nav>
        \(if: tally.total > 0, MessageViews.addressSearch(search, in: state, path: "/emails/"))
        \(messages.isEmpty ? empty : table)
        \(navigation)
        """
    }

    private func link(_ state: MessageState?, _ title: Phrase, _ count: Int) -> HTML {
        """
        <a class="btn" data-variant="\(state == self.state ? "secondary" : "ghost")" data-size="sm" \
        href="\(path(state))"\(if: state == self.state, " aria-current=\"true\"")>\
        \(t: title) <span class="tabular-nums">\(number: count)</span></a>
        """
    }

    /// The search stays while states are changed.
    private func path(_ state: MessageState?) -> String {
        var query = FormData()
        if let state { query.set(state.rawValue, for: "state") }
        if !search.isEmpty { query.set(search, for: "q") }
        return "/emails/" + (query.query.isEmpty ? "" : "?\(query.query)")
    }

    private var empty: HTML {
        guard search.isEmpty else { return "<p class=\"text-muted-foreground\">\(t: "No mail matches.")</p>" }
        return """
            <div class="empty border"><header><figure>\(icon: "inbox")</figure><h2>\(t: "No mails here")</h2>\
            <p>\(t: "Mails appear here as soon as a campaign begins.")</p></header>\
            <section><a class="btn" href="/campaigns/create/">\(t: "New campaign")</a></section></div>
            """
    }

    private var table: HTML {
        """
        <div class="table-container" role="region" aria-label="\(t: "Mails")" tabindex="0"><table class="table">
        <caption class="sr-only">\(t: "Mails")</caption>
        <thead><tr><th scope="col">\(t: "Recipient")</th><th scope="col">\(t: "Campaign")</th>\
        <th scope="col" class="max-sm:hidden">\(t: "State")</th><th scope="col" class="num">\(t: "Attempts")</th>\
        <th scope="col">\(t: "When")</th><th scope="col"><span class="sr-only">\(t: "Actions")</span></th></tr></thead>
        <tbody>\(messages.map(row))</tbody></table></div>
        """
    }

    private func row(_ message: MessageRecord) -> HTML {
        """
        <tr><td class="address"><a href="/emails/\(message.id.rawValue)/">\(message.email)</a>\
        <div class="mt-1 sm:hidden">\(state(message))</div></td>\
        <td class="wrap">\(message.campaignKind == .single ? "\(t: "Single mail")" : """
            <a href="/campaigns/\(message.campaignID.rawValue)/">\(message.campaignName)</a>
            """ as HTML)</td>\
        <td class="wrap max-sm:hidden">\(state(message))</td><td class="num">\(number: message.attempts)</td>\
        <td>\(time: message.endedAt ?? message.nextAt)</td>\
        <td><div class="table-actions">\(if: message.state == .ready, SendNowButton(message: message.id).html)</div></td></tr>
        """
    }

    /// Beside the address on a phone, where that column would be out of sight.
    private func state(_ message: MessageRecord) -> HTML {
        """
        \(message.state.badge(message.reason))\(if: !message.reason.isEmpty, """
            <p class="mt-1 max-w-md text-xs text-muted-foreground">\(message.reason)</p>
            """)
        """
    }
}

/// The button that lets a waiting mail be tried at once.
struct SendNowButton {
    let message: Message.ID

    var html: HTML {
        """
        <form method="post" action="/email_send_candidate/\(message.rawValue)/send_now/">\(.csrfField)\
        <button class="btn" data-variant="outline" data-size="sm">\(icon: "zap")\(t: "Send now")</button></form>
        """
    }
}
