import Campaigns
import Hummingbird
import Persistence

/// What was taken off the suppression list: by whom, when and why.
struct SuppressionHistory {
    static let pageSize = 50

    let visit: Visit

    func answer() async throws -> Response {
        let before = Int64(visit.query["before"])
        let rows = try await visit.read { try $0.suppressionRemovals(before: before, limit: Self.pageSize + 1) }
        let list = KeysetList(rows, pageSize: Self.pageSize, isContinued: before != nil) { String($0.id) }
        let page = SuppressionHistoryPage(
            rows: list.rows,
            navigation: list.navigation(path: "/suppressions/removed/", query: visit.query, cursor: "before"))
        return try await visit.page(page.page)
    }
}

struct SuppressionHistoryPage {
    let rows: [SuppressionRemoval]
    let navigation: HTML?

    var page: Page {
        Page(
            title: "Taken off the list", subtitle: "Addresses that get mails again, and why.", section: .suppressions,
            breadcrumbs: [.init("Suppression list", "/suppressions/")],
            body: """
                \(rows.isEmpty ? "<p class=\"text-muted-foreground\">\(t: "Nothing was taken off the list yet.")</p>" : table)
                \(navigation)
                """)
    }

    private var table: HTML {
        """
        <div class="table-container" role="region" aria-label="\(t: "Taken off the list")" tabindex="0">\
        <table class="table"><thead><tr><th scope="col">\(t: "Address")</th><th scope="col">\(t: "It was")</th>\
        <th scope="col">\(t: "Since")</th><th scope="col">\(t: "Removed")</th><th scope="col">\(t: "By")</th>\
        <th scope="col">\(t: "Why")</th></tr></thead>
        <tbody>\(rows.map(row))</tbody></table></div>
        """
    }

    private func row(_ removal: SuppressionRemoval) -> HTML {
        """
        <tr><td>\(removal.email)</td><td>\(removal.suppression.reason.badge)</td>\
        <td>\(time: removal.suppression.since)</td><td>\(time: removal.removedAt)</td>\
        <td>\(removal.removedBy.isEmpty ? "\(t: "The person themself")" : "\(removal.removedBy)" as HTML)</td>\
        <td class="wrap">\(removal.why)</td></tr>
        """
    }
}
