import Campaigns
import Foundation
import Persistence

/// The first page: what there is, what is under way, what to do next.
struct DashboardPage {
    let model: DashboardModel

    var page: Page {
        Page(
            title: "Dashboard", section: .dashboard,
            actions: """
                <a class="btn" href="/campaigns/create/">\(icon: "plus")\(t: "New campaign")</a>
                """,
            scripts: ["js/chart.js"], body: "\(paused)\(steps)\(live)\(chart)")
    }

    private var paused: HTML? {
        guard !model.sender.pausedReason.isEmpty else { return nil }
        return """
            <div class="alert" data-variant="destructive" role="alert">\(icon: "circle-pause")\
            <h2>\(t: "Sending is paused")</h2><section><p>\(t: Phrase(sentence: model.sender.pausedReason)) \
            <a class="link" href="/profile/edit/">\(t: "Sender settings")</a></p></section></div>
            """
    }

    private var steps: HTML? {
        guard !model.firstSteps.isEmpty else { return nil }
        return """
            <section class="card" aria-labelledby="first-steps"><header><h2 id="first-steps">\(t: "First steps")</h2></header>\
            <section><ol class="steps">\(model.firstSteps.map(step))</ol></section></section>
            """
    }

    private func step(_ step: DashboardModel.Step) -> HTML {
        """
        <li\(if: step.isDone, " data-done")>\(icon: step.isDone ? "circle-check" : "circle-dot")\
        <div>\(if: step.isDone, "<span class=\"sr-only\">\(t: "Done"): </span>")\
        <a class="link" href="\(step.path)">\(t: step.title)</a></div></li>
        """
    }

    /// What moves comes again as it changes; where it cannot, the page stands as it was loaded.
    private var live: HTML {
        """
        <div data-hx-ext="sse" data-sse-connect="/live/" data-sse-close="done" class="flex flex-col gap-6">
        <div data-sse-swap="figures">\(DashboardFigures(model: model).html)</div>
        <div data-sse-swap="campaigns">\(CampaignsUnderWay(campaigns: model.underWay).html)</div>
        </div>
        """
    }

    private var chart: HTML {
        let total = model.chart.delivered.reduce(0, +)
        let failed = model.chart.failed.reduce(0, +)
        return """
            <section class="card" aria-labelledby="chart-title"><header><h2 id="chart-title">\(t: "Last 30 days")</h2>\
            <p>\(t: "\(total) delivered, \(failed) failed")</p></header><section>\
            \(model.chart.isEmpty ? "<p>\(t: "Nothing was sent yet.")</p>" : """
                <div class="chart" role="img" aria-label="\(t: "Mails of the last 30 days: \(total) delivered, \(failed) failed")" \
                data-chart="\(chartModel)"></div>
                """ as HTML)</section></section>
            """
    }

    private var chartModel: String {
        struct Series: Encodable { var name: String, color: Int, data: [Int] }
        struct Model: Encodable { var type = "bar", stacked = true, dates: [String], series: [Series] }
        let chart = model.chart
        var series = [
            Series(name: "Delivered", color: 2, data: chart.delivered),
            Series(name: "Failed", color: 4, data: chart.failed),
        ]
        if chart.unknown.contains(where: { $0 > 0 }) {
            series.append(Series(name: "Unknown", color: 3, data: chart.unknown))
        }
        return (try? JSONEncoder().encode(Model(dates: chart.labels, series: series)))
            .map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

/// The figures at the top.
struct DashboardFigures {
    let model: DashboardModel

    var html: HTML {
        """
        <dl class="stats">
        \(figure("users", "Recipients", model.counts.recipients, "/recipients/"))
        \(figure("file-text", "Templates", model.counts.templates, "/templates/"))
        \(figure("megaphone", "Campaigns", model.counts.campaigns, "/campaigns/"))
        <div class="stat"><dt>\(icon: "gauge")\(t: "Last hour")</dt>\
        <dd>\(t: "\(model.sentInLastHour) of \(model.sender.maxPerHour)")</dd>\
        <dd><progress class="meter" value="\(min(model.sentInLastHour, model.sender.maxPerHour))" \
        max="\(model.sender.maxPerHour)" aria-label="\(t: "Sent in the last hour, against the limit")">\
        \(number: model.sentInLastHour)</progress></dd></div>
        \(figure("mail-check", "Delivered", model.tally[.delivered], "/emails/?state=delivered", note: "Rehearsals included."))
        \(figure("hourglass", "Waiting", model.tally.open, "/emails/?state=ready"))
        \(figure("mail-x", "Failed", model.tally[.failed], "/emails/?state=failed"))
        \(figure("mail-question-mark", "Unknown", model.tally[.unknown], "/emails/?state=unknown"))
        \(figure("mail-open", "Opened", model.readings[.humanOpened], "/logs/?outcome=opened"))
        \(figure("link", "Clicked", model.readings[.humanClicked], "/logs/?outcome=clicked"))
        </dl>
        """
    }

    private func figure(_ icon: String, _ title: Phrase, _ count: Int, _ path: String, note: Phrase? = nil) -> HTML {
        """
        <div class="stat"><dt>\(icon: icon)<a class="hover:underline" href="\(path)">\(t: title)</a></dt>\
        <dd>\(number: count)</dd>\(note.map { "<dd>\(t: $0)</dd>" as HTML })</div>
        """
    }
}

/// The campaigns that are being sent, with their progress.
struct CampaignsUnderWay {
    let campaigns: [DashboardModel.CampaignProgress]

    var html: HTML {
        if campaigns.isEmpty { return "" }
        return """
            <section class="card" aria-labelledby="under-way"><header><h2 id="under-way">\(t: "Under way")</h2></header>\
            <section class="flex flex-col gap-4">\(campaigns.map(row))</section></section>
            """
    }

    private func row(_ progress: DashboardModel.CampaignProgress) -> HTML {
        let campaign = progress.campaign
        let tally = progress.tally
        return """
            <div class="flex flex-col gap-1"><div class="flex flex-wrap items-center justify-between gap-2">\
            <a class="font-medium hover:underline" href="/campaigns/\(campaign.id.rawValue)/">\(campaign.name)</a>\
            <span class="badge" data-state="\(campaign.state.rawValue)">\(t: Self.title(campaign.state))</span></div>\
            \(MessageViews.bar(tally))\
            <p class="text-muted-foreground">\(campaign.state == .scheduled ? "\(t: "Begins") \(time: campaign.scheduledAt)" :
                "\(t: "\(tally.ended) of \(tally.total) done, \(tally[.failed]) failed")" as HTML)</p></div>
            """
    }

    static func title(_ state: CampaignState) -> Phrase {
        switch state {
        case .draft: "Draft"
        case .scheduled: "Scheduled"
        case .planning: "Starting"
        case .sending: "Sending"
        case .paused: "Paused"
        case .finished: "Finished"
        case .cancelled: "Cancelled"
        }
    }
}
