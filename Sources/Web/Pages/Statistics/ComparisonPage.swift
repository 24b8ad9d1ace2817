import Campaigns
import Foundation
import Hummingbird
import Persistence

/// Campaigns beside each other: what part of each was delivered, opened, clicked and came back.
struct Comparison {
    static let pageSize = 20

    let visit: Visit

    func answer() async throws -> Response {
        let before = Campaign.ID(visit.query["before"])
        let (campaigns, tallies, readings, tracking) = try await visit.read { scope in
            let campaigns = try scope.campaigns(before: before, limit: Self.pageSize + 1, hasBegun: true)
            let ids = campaigns.map(\.id)
            return (campaigns, try scope.tallies(ids), try scope.readings(of: ids), try scope.tracking(of: ids))
        }
        let list = KeysetList(campaigns, pageSize: Self.pageSize, isContinued: before != nil) { $0.id.description }
        let page = ComparisonPage(
            rows: list.rows.map {
                ComparisonPage.Row(
                    campaign: $0, tally: tallies[$0.id] ?? Tally(), readings: readings[$0.id] ?? ReadingTally(),
                    tracking: tracking[$0.id] ?? (false, false))
            }, navigation: list.navigation(path: "/campaigns/compare/", query: visit.query, cursor: "before"))
        return try await visit.page(page.page)
    }
}

struct ComparisonPage {
    struct Row: Sendable {
        let campaign: CampaignRecord
        let tally: Tally
        let readings: ReadingTally
        /// Of its mails, by us.
        let tracking: (opens: Bool, clicks: Bool)

        /// Another program may have counted what came from it.
        var countsOpens: Bool { tracking.opens || readings[.opened] > 0 }
        var countsClicks: Bool { tracking.clicks || readings[.clicked] > 0 }
    }

    /// A column: what part of what.
    private struct Rate: Sendable {
        let title: Phrase
        let part: @Sendable (Row) -> Int
        let whole: @Sendable (Row) -> Int
        var isCounted: @Sendable (Row) -> Bool = { _ in true }

        func share(of rows: [Row]) -> (part: Int, whole: Int) {
            let counted = rows.filter(isCounted)
            return (counted.reduce(0) { $0 + part($1) }, counted.reduce(0) { $0 + whole($1) })
        }
    }

    /// The newest first.
    let rows: [Row]
    let navigation: HTML?

    private static let opened = Rate(
        title: "Opened", part: { $0.readings[.humanOpened] }, whole: { $0.tally[.delivered] },
        isCounted: \.countsOpens)
    private static let clicked = Rate(
        title: "Clicked", part: { $0.readings[.humanClicked] }, whole: { $0.tally[.delivered] },
        isCounted: \.countsClicks)

    private static var rates: [Rate] {
        [
            Rate(title: "Delivered", part: { $0.tally[.delivered] }, whole: \.tally.sent), opened, clicked,
            Rate(
                title: "Click-to-open", part: { $0.readings[.humanClicked] },
                whole: { $0.readings[.humanOpened] },
                isCounted: { $0.countsOpens && $0.countsClicks }),
            Rate(title: "Bounced", part: { $0.readings[.bounced] }, whole: \.tally.sent),
            Rate(title: "Unsubscribed", part: { $0.readings[.unsubscribed] }, whole: { $0.tally[.delivered] }),
            Rate(title: "Complained", part: { $0.readings[.complained] }, whole: { $0.tally[.delivered] }),
        ]
    }

    var page: Page {
        Page(
            title: "Compare campaigns",
            subtitle: "Opened and clicked by people, as far as one can tell, of those delivered.",
            section: .campaigns, breadcrumbs: [.init("Campaigns", "/campaigns/")],
            actions: rows.isEmpty ? nil : PrintButton.html, scripts: ["js/chart.js"],
            body: rows.isEmpty ? "\(empty)\(navigation)" : "\(chart)\(table)\(navigation)")
    }

    private var empty: HTML {
        """
        <div class="empty border"><header><figure>\(icon: "chart-column")</figure>\
        <h2>\(t: "Nothing to compare yet")</h2><p>\(t: "Campaigns stand here beside each other as soon as they have begun.")</p></header>\
        <section><a class="btn" href="/campaigns/">\(t: "Campaigns")</a></section></div>
        """
    }

    // MARK: Table

    private var table: HTML {
        """
        <div class="table-container" role="region" aria-label="\(t: "Campaigns")" tabindex="0"><table class="table">
        <thead><tr><th scope="col">\(t: "Campaign")</th><th scope="col">\(t: "Started")</th>\
        <th scope="col" class="num">\(t: "Sent")</th>\(Self.rates.map { "<th scope=\"col\" class=\"num\">\(t: $0.title)</th>" as HTML })</tr></thead>
        <tbody>\(rows.map(row))</tbody>
        \(if: rows.count > 1, """
            <tfoot><tr><th scope="row">\(t: "Together")</th><td></td><td class="num">\(number: rows.reduce(0) { $0 + $1.tally.sent })</td>\
            \(Self.rates.map { cell($0, rows) })</tr></tfoot>
            """)</table></div>
        """
    }

    private func row(_ row: Row) -> HTML {
        """
        <tr><td class="short"><a class="link" href="/campaigns/\(row.campaign.id.rawValue)/statistics/">\(row.campaign.name)</a></td>\
        <td>\(row.campaign.startedAt.map { "\(day: $0)" as HTML })</td><td class="num">\(number: row.tally.sent)</td>\
        \(Self.rates.map { cell($0, [row]) })</tr>
        """
    }

    private func cell(_ rate: Rate, _ rows: [Row]) -> HTML {
        let (part, whole) = rate.share(of: rows)
        return "<td class=\"num\">\(t: Share(part, of: whole)?.phrase ?? "–")</td>"
    }

    // MARK: Chart

    /// The oldest first, as time goes.
    private var chart: HTML? {
        guard rows.contains(where: { $0.readings[.humanOpened] + $0.readings[.humanClicked] > 0 }) else { return nil }
        return """
            <section class="card" aria-labelledby="rates-title"><header><h2 id="rates-title">\(t: "Opened and clicked, in percent")</h2></header>\
            <section><div class="chart" role="img" aria-label="\(t: "Opened and clicked, in percent. The table below has the same figures.")" \
            data-chart="\(model)"></div></section></section>
            """
    }

    private var model: String {
        struct Series: Encodable { var name: String, color: Int, data: [Int] }
        struct Model: Encodable { var type = "bar", labels: [String], series: [Series] }
        func series(_ name: String, _ color: Int, _ rate: Rate) -> Series {
            Series(
                name: name, color: color,
                data: rows.reversed().map { row in
                    let (part, whole) = rate.share(of: [row])
                    return whole > 0 ? Int((100 * Double(part) / Double(whole)).rounded()) : 0
                })
        }
        let chart = Model(
            labels: rows.reversed().map(\.campaign.name),
            series: [series("Opened", 1, Self.opened), series("Clicked", 2, Self.clicked)])
        return (try? JSONEncoder().encode(chart)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
