import Campaigns
import Hummingbird
import Persistence

/// All campaigns, newest first, with how far they are.
struct CampaignList {
    static let pageSize = 50

    let visit: Visit

    func answer() async throws -> Response {
        let search = visit.query["q"].trimmed
        let before = Campaign.ID(visit.query["before"])
        let (campaigns, tallies) = try await visit.read { scope in
            let campaigns = try scope.campaigns(before: before, limit: Self.pageSize + 1, search: search)
            return (campaigns, try scope.tallies(campaigns.map(\.id)))
        }
        let list = KeysetList(campaigns, pageSize: Self.pageSize, isContinued: before != nil) { $0.id.description }
        let page = CampaignListPage(
            rows: list.rows.map { .init(campaign: $0, tally: tallies[$0.id] ?? Tally()) }, search: search,
            navigation: list.navigation(path: "/campaigns/", query: visit.query, cursor: "before"))
        return try await visit.page(page.page)
    }
}

struct CampaignListPage {
    struct Row {
        let campaign: CampaignRecord
        let tally: Tally
    }

    let rows: [Row]
    let search: String
    let navigation: HTML?

    var page: Page {
        Page(
            title: "Campaigns", subtitle: "One template to many recipients, each one accounted for.",
            section: .campaigns,
            actions: """
                \(if: !rows.isEmpty, """
                    <a class="btn" data-variant="outline" href="/campaigns/calendar/">\(icon: "calendar")\(t: "Calendar")</a>
                    <a class="btn" data-variant="outline" href="/campaigns/compare/">\(icon: "chart-column")\(t: "Compare")</a>
                    """)\
                <a class="btn" href="/campaigns/create/">\(icon: "plus")\(t: "New campaign")</a>
                """, body: body)
    }

    private var body: HTML {
        SearchedList(
            path: "/campaigns/", search: search, searchLabel: "Search campaigns", placeholder: "Name",
            nothing: "No campaign matches.",
            empty: empty, table: rows.isEmpty ? nil : table, navigation: navigation
        ).html
    }

    private var empty: HTML {
        """
        <div class="empty border"><header><figure>\(icon: "megaphone")</figure>\
        <h2>\(t: "No campaigns yet")</h2><p>\(t: "A campaign sends one template to a group of recipients.")</p></header>\
        <section><a class="btn" href="/campaigns/create/">\(icon: "plus")\(t: "New campaign")</a></section></div>
        """
    }

    private var table: HTML {
        """
        <div class="table-container" role="region" aria-label="\(t: "Campaigns")" tabindex="0"><table class="table">
        <thead><tr><th scope="col">\(t: "Name")</th><th scope="col">\(t: "State")</th>\
        <th scope="col" class="min-w-40">\(t: "Progress")</th><th scope="col" class="num">\(t: "Delivered")</th>\
        <th scope="col" class="num">\(t: "Failed")</th><th scope="col">\(t: "Time")</th></tr></thead>
        <tbody>\(rows.map(row))</tbody></table></div>
        """
    }

    private func row(_ row: Row) -> HTML {
        """
        <tr><td class="wrap"><a class="link" href="/campaigns/\(row.campaign.id.rawValue)/">\(row.campaign.name)</a></td>\
        <td>\(row.campaign.state.badge)</td><td>\(progress(row))</td>\
        <td class="num">\(number: row.tally[.delivered])</td><td class="num">\(number: row.tally[.failed])</td>\
        <td>\(time: row.campaign.startedAt ?? row.campaign.scheduledAt ?? row.campaign.createdAt)</td></tr>
        """
    }

    private func progress(_ row: Row) -> HTML? {
        guard row.tally.total > 0 else { return nil }
        return """
            <div class="flex items-center gap-2"><progress class="meter" value="\(row.tally.ended - (row.campaign.state == .cancelled ? row.tally[.cancelled] : 0))" \
            max="\(row.tally.total)"\(meterState(row.campaign.state)) \
            aria-label="\(t: "Progress of \(row.campaign.name)")"></progress>\
            <span class="text-sm whitespace-nowrap">\(t: row.campaign.state == .cancelled
                ? "\(row.tally.ended - row.tally[.cancelled]) of \(row.tally.total)" : "\(row.tally.ended) of \(row.tally.total)")</span></div>
            """
    }

    private func meterState(_ state: CampaignState) -> HTML {
        switch state {
        case .finished: " data-state=\"finished\""
        case .paused, .cancelled: " data-state=\"paused\""
        default: ""
        }
    }
}
