import Campaigns
import Persistence

/// The list of all mails, with a filter by state; fast however many there are.
struct QueuePage {
    static let size = 50

    let messages: [MessageRecord]
    let tally: Tally
    let state: MessageState?
    let isFirst: Bool
    let hasMore: Bool

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
        \(messages.isEmpty ? empty : table)
        """
    }

    private func link(_ state: MessageState?, _ title: Phrase, _ count: Int) -> HTML {
        """
        <a class="btn" data-variant="\(state == self.state ? "secondary" : "ghost")" data-size="sm" \
        href="/emails/\(state.map { "?state=\($0.rawValue)" as HTML })"\(if: state == self.state, " aria-current=\"true\"")>\
        \(t: title) <span class="tabular-nums">\(number: count)</span></a>
        """
    }

    private var empty: HTML {
        """
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
        <nav class="pagination" aria-label="\(t: "Pages of the list")">\
        \(if: !isFirst, "<a class=\"btn\" data-variant=\"outline\" data-size=\"sm\" href=\"\(first)\">\(t: "First page")</a>")\
        <span></span>\(if: hasMore, "<a class=\"btn\" data-variant=\"outline\" data-size=\"sm\" href=\"\(next)\">\(t: "Next")</a>")</nav>
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

    private var first: String { "/emails/" + (state.map { "?state=\($0.rawValue)" } ?? "") }

    private var next: String {
        guard let last = messages.last else { return first }
        return "/emails/?after=\(last.campaignID)-\(last.recipientID)" + (state.map { "&state=\($0.rawValue)" } ?? "")
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
