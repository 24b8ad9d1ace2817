import Campaigns
import Hummingbird
import Persistence

/// What each recipient of a campaign did, by pages.
struct ReaderList {
    static let pageSize = 100

    let visit: Visit

    func answer() async throws -> Response {
        let id: Campaign.ID = try visit.id()
        let filter = ReaderFilter(rawValue: visit.query["show"]) ?? .all
        let after = Recipient.ID(visit.query["after"])?.rawValue
        let found = try await visit.read { scope -> (CampaignRecord, [ReaderRecord])? in
            guard let campaign = try scope.campaign(id) else { return nil }
            return (campaign, try scope.readers(of: id, filter, after: after ?? 0, limit: Self.pageSize + 1))
        }
        guard let (campaign, readers) = found else { throw Refusal.notFound }
        let list = KeysetList(readers, pageSize: Self.pageSize, isContinued: after != nil) {
            String($0.place(in: filter))
        }
        let path = "/campaigns/\(id)/statistics/recipients/"
        let page = ReadersPage(
            campaign: campaign, filter: filter, rows: list.rows,
            navigation: list.navigation(path: path, query: visit.query, cursor: "after"))
        return try await visit.page(page.page)
    }
}

struct ReadersPage {
    let campaign: CampaignRecord
    let filter: ReaderFilter
    let rows: [ReaderRecord]
    let navigation: HTML?

    private var path: String { "/campaigns/\(campaign.id)/statistics/recipients/" }

    var page: Page {
        Page(
            title: "By recipient", subtitle: Phrase(sentence: campaign.name), section: .campaigns,
            breadcrumbs: [
                .init("Campaigns", "/campaigns/"),
                .init(Phrase(sentence: campaign.name), "/campaigns/\(campaign.id)/"),
                .init("Statistics", "/campaigns/\(campaign.id)/statistics/"),
            ],
            body: """
                <nav class="flex flex-wrap gap-2" aria-label="\(t: "Which recipients")">\(ReaderFilter.allCases.map(choice))</nav>
                \(rows.isEmpty ? "<p class=\"text-muted-foreground\">\(t: "Nobody matches.")</p>" : table)
                \(navigation)
                """)
    }

    private func choice(_ choice: ReaderFilter) -> HTML {
        """
        <a class="btn" data-size="sm" data-variant="\(choice == filter ? "secondary" : "outline")" \
        href="\(path)\(if: choice != .all, "?show=\(choice.rawValue)")"\(if: choice == filter, " aria-current=\"true\"")>\
        \(t: choice.label)</a>
        """
    }

    private var table: HTML {
        """
        <div class="table-container" role="region" aria-label="\(t: "Recipients")" tabindex="0"><table class="table">
        <thead><tr><th scope="col">\(t: "Recipient")</th><th scope="col">\(t: "State")</th>\
        <th scope="col" class="num">\(t: "Opens")</th><th scope="col">\(t: "First opened")</th>\
        <th scope="col" class="num">\(t: "Clicks")</th><th scope="col">\(t: "First clicked")</th></tr></thead>
        <tbody>\(rows.map(row))</tbody></table></div>
        """
    }

    private func row(_ row: ReaderRecord) -> HTML {
        """
        <tr><td class="wrap"><a href="/emails/\(row.message.rawValue)/">\(row.email)</a></td><td>\(row.state.badge)\
        \(if: row.unsubscribedAt != nil, " <span class=\"badge\" data-state=\"paused\">\(t: "Unsubscribed")</span>")\(returned(row))</td>\
        <td class="num">\(count(row.humanOpens, row.opens))</td><td>\(time: row.humanOpenedAt ?? row.openedAt)</td>\
        <td class="num">\(count(row.humanClicks, row.clicks))</td><td>\(time: row.humanClickedAt ?? row.clickedAt)</td></tr>
        """
    }

    /// That it came back or was complained about, and in which words.
    private func returned(_ row: ReaderRecord) -> HTML? {
        guard row.bouncedAt != nil || row.complainedAt != nil else { return nil }
        return """
             <span class="badge" data-state="failed">\(t: row.complainedAt != nil ? "Complained" : "Bounced")</span>\
            \(if: !row.returnWords.isEmpty, "<br><span class=\"text-muted-foreground\">\(row.returnWords)</span>")
            """
    }

    private func count(_ people: Int, _ all: Int) -> HTML {
        let machines = all - people
        return """
            \(number: people)\(if: machines > 0, """
                <br><span class="text-muted-foreground">\(t: .counted(machines, one: "+ \(machines) by a machine", other: "+ \(machines) by machines"))</span>
                """)
            """
    }
}

extension ReaderFilter {
    var label: Phrase {
        switch self {
        case .all: "All"
        case .opened: "Opened"
        case .clicked: "Clicked"
        case .unopened: "Not opened"
        case .unsubscribed: "Unsubscribed"
        case .bounced: "Came back"
        case .complained: "Complained"
        }
    }
}
