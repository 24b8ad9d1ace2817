import Campaigns
import Foundation
import Persistence

/// What became of one campaign and what its readers did, from one moment.
struct StatisticsModel: Sendable {
    static let mostLinks = 20
    /// Hours that are looked at: what comes later is in the counts, and no more in the chart.
    static let mostHours = 24 * 90

    let campaign: CampaignRecord
    let tally: Tally
    let readings: ReadingTally
    let links: [LinkStatistics]
    let chart: Chart
    /// What is counted of its mails; `nil` while nothing is frozen yet.
    let counts: (opens: Bool, clicks: Bool)?

    /// `nil` when the account has no such campaign.
    init?(_ scope: AccountScope, _ id: Campaign.ID) throws {
        guard let campaign = try scope.campaign(id) else { return nil }
        self.campaign = campaign
        tally = try scope.tally(id)
        readings = try scope.readings(of: id)
        links = try scope.topLinks(of: id, limit: Self.mostLinks)
        chart = Chart(try scope.readingHours(of: id, limit: Self.mostHours))
        counts = try campaign.contentID.flatMap { try scope.content($0) }.map { ($0.tracksOpens, $0.tracksClicks) }
    }

    /// Openings and clicks by people over time: by hours for three days, by days for longer.
    struct Chart: Sendable {
        struct Point: Sendable, Hashable {
            /// 2026-11-22, in UTC.
            var day: String
            /// When the hour begins; nil where it is a whole day.
            var hour: Instant?
            var opens: Int
            var clicks: Int
        }

        static let hoursShown = 72

        let points: [Point]
        let isByHour: Bool

        init(_ hours: [ReadingHour]) {
            guard let first = hours.first, let last = hours.last else {
                (points, isByHour) = ([], true)
                return
            }
            isByHour = last.hour - first.hour < Self.hoursShown
            let step = isByHour ? 1 : 24
            var found: [Int: (opens: Int, clicks: Int)] = [:]
            for hour in hours {
                let place = hour.hour / step
                found[place, default: (0, 0)].opens += hour.humanOpens
                found[place, default: (0, 0)].clicks += hour.humanClicks
            }
            let isByHour = isByHour
            points = (first.hour / step...last.hour / step).map { place in
                let sum = found[place] ?? (0, 0)
                return Point(
                    day: Timestamp.date(daysSince1970: isByHour ? place / 24 : place),
                    hour: isByHour ? Instant(secondsSince1970: Double(place) * 3600) : nil,
                    opens: sum.opens, clicks: sum.clicks)
            }
        }

        var isEmpty: Bool { points.allSatisfy { $0.opens == 0 && $0.clicks == 0 } }
    }
}

/// A share of a whole, for people: "12.3 %". `nil` of nothing.
struct Share {
    let phrase: Phrase

    init?(_ part: Int, of whole: Int) {
        guard whole > 0 else { return nil }
        let tenths = Int((1000 * Double(part) / Double(whole)).rounded())
        phrase = "\("\(tenths / 10).\(tenths % 10)") %"
    }
}

extension Tally {
    /// Messages that were handed over, or tried to the end.
    var sent: Int { self[.delivered] + self[.failed] + self[.unknown] }
}
