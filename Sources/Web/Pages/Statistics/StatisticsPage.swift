import Campaigns
import Foundation
import Persistence

/// One campaign in figures: what was sent, what was read, by whom as far as one can tell, and which links.
struct StatisticsPage {
    let model: StatisticsModel

    private var path: String { "/campaigns/\(model.campaign.id)/statistics/" }

    var page: Page {
        Page(
            title: "Statistics", subtitle: Phrase(sentence: model.campaign.name), section: .campaigns,
            breadcrumbs: [
                .init("Campaigns", "/campaigns/"),
                .init(Phrase(sentence: model.campaign.name), "/campaigns/\(model.campaign.id)/"),
            ],
            actions: """
                <a class="btn" data-variant="outline" href="/campaigns/compare/">\(icon: "chart-column")\(t: "Compare")</a>\
                <a class="btn" data-variant="outline" href="\(path)recipients/">\(icon: "users")\(t: "By recipient")</a>\
                <a class="btn" data-variant="outline" href="\(path)export/" download>\(icon: "download")\(t: "Export CSV")</a>\
                \(PrintButton.html)
                """,
            scripts: ["js/chart.js"], body: "\(notes)\(figures)\(chart)\(links)\(machines)")
    }

    private var notes: HTML? {
        guard let counts = model.counts, !counts.opens || !counts.clicks else { return nil }
        if counts == (false, false), model.readings[.opens] + model.readings[.clicks] > 0 {
            return """
                <div class="alert" data-variant="info" role="note">\(icon: "info")\
                <h2>\(t: "Opens and clicks of this campaign were counted by the program that it came from.")</h2></div>
                """
        }
        let sentence: Phrase =
            switch counts {
            case (false, false): "Neither opens nor clicks of this campaign are counted."
            case (false, true): "Opens of this campaign are not counted."
            default: "Clicks of this campaign are not counted."
            }
        return """
            <div class="alert" data-variant="info" role="note">\(icon: "info")<h2>\(t: sentence)</h2><section><p>\
            \(t: "That was decided when it started: by the campaign, by the account, or because SITE_URL is not set, so that recipients could not reach this server.") \
            <a class="link" href="/profile/tracking/">\(t: "Tracking settings")</a></p></section></div>
            """
    }

    // MARK: Figures

    private var figures: HTML {
        let (tally, readings, sent) = (model.tally, model.readings, model.tally.sent)
        let delivered = tally[.delivered]
        return """
            <dl class="stats">
            \(figure("send", "Sent", sent, "of \(tally.total) recipients"))
            \(figure("mail-check", "Delivered", delivered, share(delivered, of: sent)))
            \(figure("mail-open", "Opened", readings[.humanOpened], share(readings[.humanOpened], of: delivered),
                more: "with machines \(readings[.opened]), opens in all \(readings[.opens])"))
            \(figure("link", "Clicked", readings[.humanClicked], share(readings[.humanClicked], of: delivered),
                more: "with machines \(readings[.clicked]), clicks in all \(readings[.clicks])"))
            <div class="stat"><dt>\(icon: "chart-column")\(t: "Click-to-open rate")</dt>\
            <dd>\(t: Share(readings[.humanClicked], of: readings[.humanOpened])?.phrase ?? "–")</dd>\
            <dd>\(t: "Of those who opened, who clicked")</dd></div>
            \(figure("mail-x", "Bounced", readings[.bounced], share(readings[.bounced], of: sent),
                more: "came back later \(readings[.returned])"))
            \(figure("circle-x", "Failed", tally[.failed], share(tally[.failed], of: sent), more: "bounces among them"))
            \(figure("ban", "Unsubscribed", readings[.unsubscribed], share(readings[.unsubscribed], of: delivered)))
            \(figure("flag", "Complained", readings[.complained], share(readings[.complained], of: delivered)))
            </dl>
            \(if: readings[.bounced] + readings[.complained] > 0, """
                <p class="text-sm"><a class="link" href="/suppressions/?campaign=\(model.campaign.id.rawValue)">\
                \(t: "Addresses that it put on the suppression list")</a></p>
                """)
            """
    }

    private func share(_ part: Int, of whole: Int) -> Phrase { Share(part, of: whole)?.phrase ?? "–" }

    private func figure(_ icon: String, _ title: Phrase, _ count: Int, _ note: Phrase, more: Phrase? = nil) -> HTML {
        """
        <div class="stat"><dt>\(icon: icon)\(t: title)</dt><dd>\(number: count)</dd><dd>\(t: note)</dd>\
        \(more.map { "<dd>\(t: $0)</dd>" as HTML })</div>
        """
    }

    // MARK: Over time

    private var chart: HTML {
        let points = model.chart.points
        let opens = points.reduce(0) { $0 + $1.opens }
        let clicks = points.reduce(0) { $0 + $1.clicks }
        return """
            <section class="card" aria-labelledby="time-title"><header><h2 id="time-title">\(t: "Opens and clicks over time")</h2>\
            <p>\(t: model.chart.isByHour ? "By people, by the hour." : "By people, by the day.") \(zone)</p></header><section>\
            \(model.chart.isEmpty ? "<p>\(t: "Nobody has opened it yet.")</p>" : """
                <div class="chart" role="img" aria-label="\(t: "\(opens) opens and \(clicks) clicks by people over time")" \
                data-chart="\(chartModel)"></div>
                <details class="mt-4"><summary class="cursor-pointer text-sm">\(t: "As a table")</summary>
                <div class="table-container mt-2" role="region" aria-label="\(t: "By time")" tabindex="0">\
                <table class="table"><thead><tr><th scope="col">\(t: "Time")</th><th scope="col" class="num">\(t: "Opens")</th>\
                <th scope="col" class="num">\(t: "Clicks")</th></tr></thead><tbody>\(points.map(row))</tbody></table></div></details>
                """ as HTML)</section></section>
            """
    }

    /// Hours are shown by the reader's clock; days are summed up as they are in UTC.
    private var zone: HTML {
        guard model.chart.isByHour else { return "\(t: "Time zone:") UTC" }
        return "\(t: "Time zone:") <span data-time-zone-name>UTC</span>"
    }

    private func row(_ point: StatisticsModel.Chart.Point) -> HTML {
        guard point.opens > 0 || point.clicks > 0 else { return "" }
        return """
            <tr><th scope="row" class="font-normal">\(point.hour.map { "\(time: $0)" as HTML } ?? "\(point.day)")</th><td class="num">\(number: point.opens)</td>\
            <td class="num">\(number: point.clicks)</td></tr>
            """
    }

    private var chartModel: String {
        struct Series: Encodable { var name: String, color: Int, data: [Int] }
        struct Model: Encodable { var type: String, labels: [String]?, times: [String]?, series: [Series] }
        let points = model.chart.points
        let chart = Model(
            type: points.count > 1 ? "line" : "bar", labels: model.chart.isByHour ? nil : points.map(\.day),
            times: model.chart.isByHour ? points.compactMap { $0.hour.map { Timestamp($0).machine } } : nil,
            series: [
                Series(name: "Opens", color: 1, data: points.map(\.opens)),
                Series(name: "Clicks", color: 2, data: points.map(\.clicks)),
            ])
        return (try? JSONEncoder().encode(chart)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    // MARK: Links and machines

    private var links: HTML {
        """
        <section class="card" aria-labelledby="links-title"><header><h2 id="links-title">\(t: "Top links")</h2></header><section>\
        \(model.links.isEmpty ? "<p>\(t: "No link was clicked yet.")</p>" : """
            <div class="table-container" role="region" aria-label="\(t: "By link")" tabindex="0"><table class="table">
            <thead><tr><th scope="col">\(t: "Address")</th><th scope="col" class="num">\(t: "Recipients")</th>\
            <th scope="col" class="num">\(t: "Clicks")</th><th scope="col" class="num">\(t: "With machines")</th></tr></thead>
            <tbody>\(model.links.map(row))</tbody></table></div>
            """ as HTML)</section></section>
        """
    }

    private func row(_ link: LinkStatistics) -> HTML {
        """
        <tr><td class="wrap">\(link.url)</td><td class="num">\(number: link.humanClicked)</td>\
        <td class="num">\(number: link.humanClicks)</td><td class="num">\(number: link.clicks)</td></tr>
        """
    }

    private var machines: HTML? {
        let readings = model.readings
        let signs = MachineSign.allCases.filter {
            readings.machineOpens[$0] != nil || readings.machineClicks[$0] != nil
        }
        guard !signs.isEmpty else { return nil }
        return """
            <section class="card" aria-labelledby="machines-title"><header><h2 id="machines-title">\(t: "Machines")</h2>\
            <p>\(t: "These opens and clicks are not counted as people’s.")</p></header><section>\
            <div class="table-container" role="region" aria-label="\(t: "By reason")" tabindex="0"><table class="table">
            <thead><tr><th scope="col">\(t: "Why")</th><th scope="col" class="num">\(t: "Opens")</th>\
            <th scope="col" class="num">\(t: "Clicks")</th></tr></thead><tbody>\(signs.map(row))</tbody></table></div>
            </section></section>
            """
    }

    private func row(_ sign: MachineSign) -> HTML {
        """
        <tr><th scope="row" class="font-normal">\(t: sign.label)\
        \(sign.explanation.map { "<br><span class=\"text-muted-foreground\">\(t: $0)</span>" as HTML })</th>\
        <td class="num">\(number: model.readings.machineOpens[sign] ?? 0)</td>\
        <td class="num">\(number: model.readings.machineClicks[sign] ?? 0)</td></tr>
        """
    }
}
