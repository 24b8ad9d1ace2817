import Campaigns
import Foundation
import Persistence
import PersistenceSQLite
import Testing

@testable import Web

@Suite struct `A month of the calendar` {
    @Test(arguments: [
        ("2026-11", 6, 30, "2026-10", "2026-12"), ("2026-02", 6, 28, "2026-01", "2026-03"),
        ("2024-02", 3, 29, "2024-01", "2024-03"), ("2000-02", 1, 29, "2000-01", "2000-03"),
        ("2100-02", 0, 28, "2100-01", "2100-03"), ("2026-12", 1, 31, "2026-11", "2027-01"),
        ("2027-01", 4, 31, "2026-12", "2027-02"), ("1970-02", 6, 28, "1970-01", "1970-03"),
    ])
    func `knows its days, the weekday of the first, and its neighbours`(
        text: String, weekday: Int, days: Int, before: String, after: String
    ) throws {
        let month = try #require(CalendarMonth(text))
        #expect(month.text == text && month.firstWeekday == weekday && month.days == days)
        #expect(month.previous?.text == before && month.next?.text == after)
        let places = month.weeks.flatMap { $0 }
        #expect(places.compactMap { $0 } == Array(1...days) && places.count % 7 == 0)
        #expect(places.firstIndex(of: 1) == weekday)
    }

    @Test(arguments: [
        "", "2026", "2026-13", "2026-00", "26-11", "1969-12", "2201-01", "2026-11-01", "2026-1x", "-026-01",
    ])
    func `is only what is one`(text: String) { #expect(CalendarMonth(text) == nil) }

    @Test func `ends at the first and the last that can be shown`() throws {
        #expect(try #require(CalendarMonth("1970-01")).previous == nil)
        #expect(try #require(CalendarMonth("2200-12")).next == nil)
    }

    @Test func `begins and ends with the days of a zone, also where the clocks change in it`() throws {
        let vienna = try #require(TimeZone(identifier: "Europe/Vienna"))
        let march = try #require(CalendarMonth("2026-03")).interval(in: vienna)
        #expect(march.lowerBound == Instant(secondsSince1970: 1_772_319_600))
        // An hour is missing.
        #expect(march.upperBound.rawValue - march.lowerBound.rawValue == (31 * 24 - 1) * 3_600_000_000)
        let midnight = Instant(secondsSince1970: 1_772_319_600 - 1)
        #expect(CalendarMonth.day(of: midnight, in: vienna) == .init(year: 2026, month: 2, day: 28, time: "23:59"))
        #expect(CalendarMonth(of: march.lowerBound, in: vienna).text == "2026-03")
    }
}

@Suite(.timeLimit(.minutes(1))) struct `The calendar of campaigns` {
    private func text(_ page: String, day: String) throws -> String {
        let cell = try #require(
            page.firstMatch(of: try Regex("<td[^>]*><div class=\"day\"><time datetime=\"\(day)\">.*?</td>")))
        return String(page[cell.range]).replacing(/<[^>]+>/, with: " ").split(separator: " ").joined(separator: " ")
    }

    @Test func `shows each on its day by the reader's clock, and nobody else's`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let times: [(String, Double)] = [
                // 2031-03-31 22:30 UTC, which is the first of April in Vienna.
                ("Spring <sale>", 1_932_762_600), ("Noon", 1_932_724_800),
            ]
            for (name, time) in times {
                let campaign = try await site.draft(account, name: name)
                _ = try await site.database.write { tx in
                    try tx.run(
                        """
                        UPDATE campaign SET state = 'scheduled', scheduled_at = \(Instant(secondsSince1970: time))
                        WHERE id = \(campaign)
                        """)
                }
            }
            let here = try await ada.get("/campaigns/calendar/?month=2031-03").body
            #expect(
                try text(here, day: "2031-03-31").hasSuffix("Noon 12:00 Scheduled Spring &lt;sale&gt; 22:30 Scheduled"))
            #expect(here.contains("March 2031") && here.contains("data-in-zone=\"UTC\""))
            #expect(here.contains("href=\"/campaigns/calendar/?month=2031-04\""))
            // A day to come can be planned.
            #expect(here.contains("href=\"/campaigns/create/?scheduled_time=2031-03-31T09:00\""))
            let form = try await ada.get("/campaigns/create/?scheduled_time=2031-03-31T09:00").body
            #expect(form.contains("value=\"2031-03-31T09:00\""))

            let vienna = try await ada.get("/campaigns/calendar/?month=2031-03&time_zone=Europe%2FVienna").body
            #expect(try text(vienna, day: "2031-03-31").hasSuffix("Noon 14:00 Scheduled"))
            #expect(vienna.contains("href=\"/campaigns/calendar/?month=2031-04&amp;time_zone=Europe%2FVienna\""))
            let april = try await ada.get("/campaigns/calendar/?month=2031-04&time_zone=Europe%2FVienna").body
            #expect(try text(april, day: "2031-04-01").hasSuffix("Spring &lt;sale&gt; 00:30 Scheduled"))

            let stranger = try await site.member("eve")
            let theirs = try await stranger.get("/campaigns/calendar/?month=2031-03").body
            #expect(theirs.contains("No campaign begins in this month.") && !theirs.contains("Noon"))
        }
    }

    @Test func `takes any month and zone that is none for this one and for UTC`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let page = try await ada.get("/campaigns/calendar/?month=99-1&time_zone=%3Cb%3ENowhere").body
            let now = try await site.database.read { try $0.now }
            #expect(page.contains("<td aria-current=\"date\""))
            #expect(page.contains(String(year: now)) && page.contains("data-in-zone=\"&lt;b&gt;Nowhere\""))
        }
    }

    @Test func `folds what is too much for a day`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            for number in 1...6 { _ = try await site.startedCampaign(account, name: "Number \(number)") }
            let page = try await ada.get("/campaigns/calendar/").body
            let folded = try #require(page.split(separator: "<details>").dropFirst().first)
            #expect(folded.contains("2 more") && folded.contains("Number 5") && folded.contains("Number 6"))
            #expect(!folded.contains("Number 4"))
            #expect(try await ada.get("/campaigns/").body.contains("href=\"/campaigns/calendar/\""))
        }
    }
}

extension String {
    fileprivate init(year instant: Instant) {
        self = String(CalendarMonth.day(of: instant, in: .gmt).year)
    }
}
