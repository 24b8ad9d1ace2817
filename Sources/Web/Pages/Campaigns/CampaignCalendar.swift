import Campaigns
import Foundation
import Hummingbird
import Persistence

/// The campaigns of a month, each on the day on which it began or will begin, by the reader's clock.
struct CampaignCalendar {
    /// More campaigns of one month are not shown.
    static let most = 1000

    let visit: Visit

    func answer() async throws -> Response {
        // The page's script tells the reader's zone; without it the days are those of UTC.
        let zoneName = visit.query["time_zone"]
        let zone = TimeZone(identifier: zoneName) ?? .gmt
        let asked = CalendarMonth(visit.query["month"])
        let (now, month, campaigns) = try await visit.read { scope in
            let now = try scope.transaction.now
            let month = asked ?? CalendarMonth(of: now, in: zone)
            return (now, month, try scope.campaigns(begunIn: month.interval(in: zone), limit: Self.most + 1))
        }
        let page = CampaignCalendarPage(
            month: month, today: CalendarMonth.day(of: now, in: zone), zone: zone,
            zoneName: zoneName.isEmpty ? "UTC" : zoneName, campaigns: Array(campaigns.prefix(Self.most)),
            hasMore: campaigns.count > Self.most)
        return try await visit.page(page.page)
    }
}

struct CampaignCalendarPage {
    let month: CalendarMonth
    let today: CalendarMonth.Day
    let zone: TimeZone
    /// As the browser calls it.
    let zoneName: String
    /// In the order of their times.
    let campaigns: [CampaignRecord]
    let hasMore: Bool

    /// So many stand open on a day; the others unfold.
    private static let open = 4

    var page: Page {
        Page(
            title: "Calendar", subtitle: "What began, and what will begin by itself.", section: .campaigns,
            breadcrumbs: [.init("Campaigns", "/campaigns/")],
            actions: """
                <a class="btn" href="/campaigns/create/">\(icon: "plus")\(t: "New campaign")</a>
                """, body: "\(navigation)\(warning)\(table)\(zoneLine)")
    }

    private var navigation: HTML {
        """
        <nav class="flex flex-wrap items-center justify-between gap-2" aria-label="\(t: "Months")">\
        <h2 class="text-lg font-semibold" id="month">\(t: month.title)</h2><span class="flex gap-2">\
        \(link("Previous month", "chevron-left", month.previous))\
        <a class="btn" data-variant="outline" data-size="sm" href="\(address(nil))">\(t: "Today")</a>\
        \(link("Next month", "chevron-right", month.next))</span></nav>
        """
    }

    private func link(_ label: Phrase, _ icon: String, _ month: CalendarMonth?) -> HTML? {
        guard let month else { return nil }
        return """
            <a class="btn" data-variant="outline" data-size="icon-sm" href="\(address(month))" aria-label="\(t: label)">\
            \(icon: icon)</a>
            """
    }

    private func address(_ month: CalendarMonth?) -> String {
        var query = FormData()
        if let month { query.set(month.text, for: "month") }
        if zoneName != "UTC" { query.set(zoneName, for: "time_zone") }
        return "/campaigns/calendar/\(query.query.isEmpty ? "" : "?\(query.query)")"
    }

    private var warning: HTML? {
        if hasMore {
            return """
                <div class="alert" data-variant="info" role="note">\(icon: "info")\
                <h2>\(t: "Only the first \(campaigns.count) campaigns of this month are shown.")</h2></div>
                """
        }
        guard campaigns.isEmpty else { return nil }
        return "<p class=\"text-muted-foreground\">\(t: "No campaign begins in this month.")</p>"
    }

    private var zoneLine: HTML {
        """
        <p class="hint text-sm text-muted-foreground" data-in-zone="\(zoneName)">\(t: "Time zone:") \(zoneName)</p>
        """
    }

    // MARK: Days

    private var table: HTML {
        let days = Dictionary(grouping: campaigns) { CalendarMonth.day(of: $0.calendarTime, in: zone).day }
        return """
            <table class="calendar" aria-labelledby="month"><thead><tr>\(CalendarMonth.weekdays.map { day in
                "<th scope=\"col\"><abbr title=\"\(t: day.name)\">\(t: day.short)</abbr></th>" as HTML
            })</tr></thead>
            <tbody>\(month.weeks.map { week in
                "<tr>\(week.enumerated().map { cell($1, CalendarMonth.weekdays[$0].short, $1.flatMap { days[$0] } ?? []) })</tr>\n" as HTML
            })</tbody></table>
            """
    }

    private func cell(_ day: Int?, _ weekday: Phrase, _ campaigns: [CampaignRecord]) -> HTML {
        guard let day else { return "<td></td>" }
        let isToday = (month.year, month.month, day) == (today.year, today.month, today.day)
        let isToCome = (month.year, month.month, day) > (today.year, today.month, today.day)
        return """
            <td\(if: isToday, " aria-current=\"date\"")\(if: !campaigns.isEmpty, " data-filled")>\
            <div class="day"><time datetime="\(month.date(day))"><span class="md:hidden">\(t: weekday) </span>\(day)</time>\
            \(if: isToCome, """
                <a class="btn" data-variant="ghost" data-size="icon-xs" href="/campaigns/create/?scheduled_time=\(month.date(day))T09:00" \
                aria-label="\(t: "New campaign on \(month.date(day))")">\(icon: "plus")</a>
                """)</div>\(entries(campaigns))</td>
            """
    }

    private func entries(_ campaigns: [CampaignRecord]) -> HTML? {
        guard !campaigns.isEmpty else { return nil }
        let rest = campaigns.dropFirst(Self.open)
        return """
            <ul>\(campaigns.prefix(Self.open).map(entry))</ul>\(if: !rest.isEmpty, """
                <details><summary>\(t: .counted(rest.count, one: "\(rest.count) more", other: "\(rest.count) more"))</summary>\
                <ul>\(rest.map(entry))</ul></details>
                """)
            """
    }

    private func entry(_ campaign: CampaignRecord) -> HTML {
        """
        <li><a class="link" href="/campaigns/\(campaign.id.rawValue)/">\(campaign.name)</a>\
        <span><span class="tabular-nums">\(CalendarMonth.day(of: campaign.calendarTime, in: zone).time)</span> \(campaign.state.badge)</span></li>
        """
    }
}

extension CampaignRecord {
    /// When it began, or is to begin; of one that is neither, when it was made.
    fileprivate var calendarTime: Instant { startedAt ?? scheduledAt ?? createdAt }
}
