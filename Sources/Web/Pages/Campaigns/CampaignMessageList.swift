import Campaigns
import Hummingbird
import Persistence

/// The mails of one campaign, by state.
struct CampaignMessageList {
    static let pageSize = 100

    let visit: Visit

    func answer() async throws -> Response {
        let id: Campaign.ID = try visit.id()
        let state = MessageState(rawValue: visit.query["state"])
        let after = Recipient.ID(visit.query["after"])
        let email = visit.query["q"].trimmed
        let found = try await visit.read { scope -> (CampaignRecord, Tally, [MessageSummary])? in
            guard let campaign = try scope.campaign(id) else { return nil }
            let messages = try scope.notingRehearsals(
                scope.messages(of: id, state: state, after: after, limit: Self.pageSize + 1, email: email))
            return (campaign, try scope.tally(id), messages)
        }
        guard let (campaign, tally, messages) = found else { throw Refusal.notFound }
        let list = KeysetList(messages, pageSize: Self.pageSize, isContinued: after != nil) {
            $0.recipientID.description
        }
        let page = CampaignMessagesPage(
            campaign: campaign, tally: tally, state: state, search: email, rows: list.rows,
            navigation: list.navigation(path: "/campaigns/\(id)/messages/", query: visit.query, cursor: "after"))
        return try await visit.page(page.page)
    }
}

struct CampaignMessagesPage {
    let campaign: CampaignRecord
    let tally: Tally
    let state: MessageState?
    let search: String
    let rows: [MessageSummary]
    let navigation: HTML?

    private var path: String { "/campaigns/\(campaign.id)/messages/" }

    private func explanation(_ state: MessageState) -> Phrase {
        rows.contains { $0.state.isRehearsed($0.reason) } ? RehearsedMails.explanation : state.explanation
    }

    var page: Page {
        Page(
            title: "Mails", subtitle: Phrase(sentence: campaign.name), section: .campaigns,
            breadcrumbs: [
                .init("Campaigns", "/campaigns/"),
                .init(Phrase(sentence: campaign.name), "/campaigns/\(campaign.id)/"),
            ], body: body)
    }

    private var body: HTML {
        """
        <nav class="flex flex-wrap gap-2" aria-label="\(t: "By state")">\
        \(filter(nil, "All", tally.total))\
        \(MessageState.allCases.filter { tally[$0] > 0 || $0 == state }.map { filter($0, $0.label, tally[$0]) })</nav>
        \(MessageViews.addressSearch(search, in: state, path: path))
        \(state.map { "<p class=\"text-muted-foreground\">\(t: explanation($0))</p>" as HTML })
        \(decisions)
        \(if: rows.isEmpty, "<p class=\"text-muted-foreground\">\(t: "No mail matches.")</p>")\
        \(if: !rows.isEmpty, table)
        \(navigation)
        """
    }

    private func filter(_ wanted: MessageState?, _ label: Phrase, _ count: Int) -> HTML {
        """
        <a class="btn" data-size="sm" data-variant="\(wanted == state ? "secondary" : "outline")" \
        href="\(path)\(wanted.map { "?state=\($0.rawValue)" } ?? "")"\(if: wanted == state, " aria-current=\"true\"")>\
        \(t: label) <span class="text-muted-foreground">\(number: count)</span></a>
        """
    }

    /// What a person may decide about all of them at once.
    private var decisions: HTML? {
        guard let state, isOpen(state), tally[state] > 0 else { return nil }
        return """
            <div class="alert" data-variant="info" role="note">\(icon: "info")\
            <h2>\(t: "You can decide about one, or about all \(tally[state]) of them")</h2>\
            <section class="flex flex-wrap gap-2">\(buttons(state, message: nil))</section></div>
            """
    }

    private func isOpen(_ state: MessageState) -> Bool { state == .unknown || state == .quarantined }

    private func buttons(_ state: MessageState, message: MessageSummary?) -> HTML {
        let many = message == nil
        return """
            \(button(
                .delivered, state, message, many ? "Mark all as delivered" : "Mark as delivered", "mail-check",
                title: "Mark as delivered?",
                question: many ? "Nothing is sent for any of them any more." : "Nothing is sent for it any more."))\
            \(if: campaign.state != .cancelled, button(
                .again, state, message, many ? "Send all again" : "Send again", "rotate-ccw", title: "Send again?",
                question: many
                    ? "They go out once more, the same to the byte. Whoever got the first copy may get a second one."
                    : "It goes out once more, the same to the byte. If the first copy arrived, \(message?.email ?? "") may get a second one."
            ))
            """
    }

    private func button(
        _ settlement: Settlement, _ state: MessageState, _ message: MessageSummary?, _ text: Phrase, _ icon: String,
        title: Phrase, question: Phrase
    ) -> HTML {
        """
        <form method="post" action="\(path)settle/" data-confirm="\(t: question)" data-confirm-title="\(t: title)" \
        data-confirm-label="\(t: text)">\(.csrfField)<input type="hidden" name="state" value="\(state.rawValue)">\
        <input type="hidden" name="settlement" value="\(settlement.rawValue)">\
        \(message.map { #"<input type="hidden" name="message" value="\#($0.id.rawValue)">"# as HTML })\
        <button class="btn" data-variant="outline" data-size="sm">\(icon: icon)\(t: text)</button></form>
        """
    }

    private var table: HTML {
        """
        <div class="table-container" role="region" aria-label="\(t: "Mails")" tabindex="0"><table class="table">
        <thead><tr><th scope="col">\(t: "To")</th><th scope="col">\(t: "State")</th>\
        <th scope="col" class="num">\(t: "Tries")</th><th scope="col">\(t: "Time")</th><th scope="col">\(t: "Answer")</th>\
        <th scope="col"><span class="sr-only">\(t: "Actions")</span></th></tr></thead>
        <tbody>\(rows.map(row))</tbody></table></div>
        """
    }

    private func row(_ row: MessageSummary) -> HTML {
        """
        <tr><td class="wrap"><a class="link" href="/emails/\(row.id.rawValue)/">\(row.email)</a></td>\
        <td>\(row.state.badge(row.reason))</td><td class="num">\(number: row.attempts)</td>\
        <td>\(time: row.endedAt)\(if: row.state == .ready && row.attempts > 0, "\(t: "again at") \(time: row.nextAt)")</td>\
        <td class="wrap">\(row.reason)</td>\
        <td>\(if: isOpen(row.state), "<div class=\"table-actions\">\(buttons(row.state, message: row))</div>")</td></tr>
        """
    }
}
