import Campaigns
import Hummingbird
import Persistence

/// The account's suppression list, a page at a time.
struct SuppressionListing {
    static let pageSize = 50
    /// Longer lists are not counted: of a million that takes longer than the page.
    static let mostCounted = 100_000

    let visit: Visit

    func answer() async throws -> Response {
        let filter = SuppressionFilter(query: visit.query)
        let place = SuppressionPlace(visit.query["after"])
        let (total, counts, rows, campaign) = try await visit.read { scope in
            let total = try scope.suppressionCount(upTo: Self.mostCounted + 1)
            return (
                total, total > Self.mostCounted ? [:] : try scope.suppressionCounts(),
                try scope.suppressions(filter, after: place, limit: Self.pageSize + 1),
                try filter.campaign.flatMap { try scope.campaign($0)?.name }
            )
        }
        let list = KeysetList(rows, pageSize: Self.pageSize, isContinued: place != nil) { $0.place.description }
        let page = SuppressionListPage(
            filter: filter, campaign: campaign, total: total, counts: counts, rows: list.rows,
            navigation: list.navigation(path: "/suppressions/", query: visit.query, cursor: "after"))
        return try await visit.page(page.page)
    }
}

extension SuppressionFilter {
    /// What is not understood is left out.
    init(query: FormData) {
        self.init(
            search: String(query["q"].trimmed.prefix(254)), reason: SuppressionReason(rawValue: query["reason"]),
            campaign: Campaign.ID(query["campaign"]), since: Self.moment("since", query),
            before: Self.moment("before", query))
    }

    /// As a form has it, in the reader's zone, or with its own.
    private static func moment(_ name: String, _ query: FormData) -> Instant? {
        if let time = RFC3339Time(query[name]) { return time.instant }
        if case .time(let instant) = ScheduledTime.read(query[name], zone: query["time_zone"]) { return instant }
        return nil
    }

    /// For links that keep it.
    var query: String {
        var data = FormData()
        for (name, value) in parameters { data.set(value, for: name) }
        return data.query
    }

    var parameters: [(name: String, value: String)] {
        [
            ("q", search), ("reason", reason?.rawValue ?? ""), ("campaign", campaign.map { String($0.rawValue) } ?? ""),
            ("since", since.map(RFC3339Time.text) ?? ""), ("before", before.map(RFC3339Time.text) ?? ""),
        ].filter { !$0.1.isEmpty }
    }
}

struct SuppressionListPage {
    let filter: SuppressionFilter
    /// The name of the campaign that the filter names.
    let campaign: String?
    /// Of a list that is longer than is counted, one more than that.
    let total: Int
    /// Empty for a long list.
    let counts: [SuppressionReason: Int]
    let rows: [SuppressedAddress]
    let navigation: HTML?

    var page: Page {
        Page(
            title: "Suppression list", subtitle: "Addresses that get nothing from you, whatever you start or import.",
            section: .suppressions, actions: actions, body: total == 0 ? "\(empty)\(history)" : body)
    }

    private var actions: HTML {
        """
        \(if: total > 0, """
            <a class="btn" data-variant="outline" href="/suppressions/export/?\(filter.query)" download>\
            \(icon: "download")\(t: filter.isEmpty ? "Export" : "Export matches")</a>
            """)\
        \(if: !filter.isEmpty && !rows.isEmpty, """
            <a class="btn" data-variant="outline" href="/suppressions/remove-matching/?\(filter.query)">\
            \(icon: "trash-2")\(t: "Remove matches")</a>
            """)\
        <a class="btn" data-variant="outline" href="/suppressions/import/">\(icon: "upload")\(t: "Import CSV")</a>\
        <a class="btn" href="/suppressions/add/">\(icon: "plus")\(t: "Add addresses")</a>
        """
    }

    private var empty: HTML {
        """
        <div class="empty border"><header><figure>\(icon: "mail-x")</figure><h2>\(t: "Nobody is suppressed")</h2>\
        <p>\(t: "Whoever unsubscribes comes onto this list by themselves. You can add addresses that you must not mail, one by one or from a file.")</p>\
        </header></div>
        """
    }

    private var body: HTML {
        """
        <form method="get" action="/suppressions/" class="toolbar" role="search">\
        <label class="sr-only" for="q">\(t: "Search addresses")</label>\
        <input class="input max-w-xs" type="search" id="q" name="q" value="\(filter.search)" \
        placeholder="\(t: "Part of an address")">\
        <label class="sr-only" for="reason">\(t: "Reason")</label>\
        <select class="select" id="reason" name="reason"><option value="">\(t: "Any reason")</option>\
        \(SuppressionReason.allCases.map(option))</select>\
        <div class="max-w-xs">\(Form().dateTime("since", "Since", value: filter.since))</div>\
        <div class="max-w-xs">\(Form().dateTime("before", "Before", value: filter.before))</div>\
        \(filter.campaign.map { "<input type=\"hidden\" name=\"campaign\" value=\"\($0.rawValue)\">" as HTML })\
        <button class="btn" data-variant="outline">\(icon: "search")\(t: "Search")</button>\
        \(if: !filter.isEmpty, #"<a class="btn" data-variant="ghost" href="/suppressions/">\#(t: "Show all")</a>"#)</form>
        \(campaign.map { "<p>\(t: "Those that the mails of the campaign “\($0)” brought here.")</p>" as HTML })\
        <p role="status">\(t: summary)\
        \(if: !counts.isEmpty, ": \(SuppressionReason.allCases.compactMap(count).joined(separator: ", "))")</p>
        \(rows.isEmpty ? nothing : table)
        \(navigation)
        \(history)
        """
    }

    private var summary: Phrase {
        total > SuppressionListing.mostCounted
            ? "More than \(SuppressionListing.mostCounted) addresses are suppressed"
            : .counted(total, one: "\(total) address is suppressed", other: "\(total) addresses are suppressed")
    }

    private func option(_ reason: SuppressionReason) -> HTML {
        """
        <option value="\(reason.rawValue)"\(if: filter.reason == reason, " selected")>\(t: reason.label)</option>
        """
    }

    private func count(_ reason: SuppressionReason) -> HTML? {
        guard let count = counts[reason], count > 0 else { return nil }
        return "\(number: count) \(t: reason.word)"
    }

    private var nothing: HTML { "<p class=\"text-muted-foreground\">\(t: "No suppressed address matches.")</p>" }

    private var history: HTML {
        #"<p><a class="link" href="/suppressions/removed/">\#(t: "What was taken off this list, and why")</a></p>"#
    }

    private var table: HTML {
        """
        <div class="table-container" role="region" aria-label="\(t: "Suppressed addresses")" tabindex="0">\
        <table class="table"><thead><tr><th scope="col">\(t: "Address")</th><th scope="col">\(t: "Reason")</th>\
        <th scope="col">\(t: "Note")</th><th scope="col">\(t: "Since")</th>\
        <th scope="col"><span class="sr-only">\(t: "Actions")</span></th></tr></thead>
        <tbody>\(rows.map(row))</tbody></table></div>
        """
    }

    /// Leads to all that its campaign brought.
    private func source(_ address: SuppressedAddress) -> HTML? {
        guard let campaign = address.campaign, let name = address.campaignName, filter.campaign == nil else {
            return nil
        }
        return """
            \(if: !address.suppression.note.isEmpty, " ")<a class="link" href="/suppressions/?campaign=\(campaign.rawValue)" \
            aria-label="\(t: "All that the campaign “\(name)” brought here")">\(name)</a>
            """
    }

    private func row(_ address: SuppressedAddress) -> HTML {
        """
        <tr><td>\(address.email)</td><td>\(address.suppression.reason.badge)</td>\
        <td class="wrap">\(address.suppression.note)\(source(address))</td><td>\(time: address.suppression.since)</td>\
        <td><div class="table-actions"><a class="btn" data-variant="ghost" data-size="icon-sm" \
        href="/suppressions/remove/?email=\(FormData.encoded(address.email))" \
        aria-label="\(t: "Take \(address.email) off the list")">\(icon: "trash-2")</a></div></td></tr>
        """
    }
}

extension SuppressionReason {
    var badge: HTML { "<span class=\"badge\" data-state=\"\(badgeState)\">\(t: label)</span>" }

    /// In the middle of a sentence, behind a number.
    var word: Phrase {
        switch self {
        case .unsubscribed: "unsubscribed"
        case .bounced: "bounced"
        case .nonexistent: "refused as unknown"
        case .complained: "complained"
        case .blocked: "blocked"
        }
    }
}
