import Campaigns
import Persistence

/// Every attempt of the account, the newest first, with a filter.
struct LogPage {
    static let size = 50

    static let mostChoices = 100

    let attempts: [AttemptRecord]
    /// What the campaigns of these attempts are called.
    let titles: [Campaign.ID: CampaignTitle]
    /// The campaigns to choose from: the newest ones, and the chosen one.
    let choices: [CampaignTitle]
    /// The filter as it was asked for.
    let form: Form
    let isFirst: Bool
    let hasMore: Bool

    var page: Page {
        Page(
            title: "Logs",
            subtitle:
                "Every attempt to send a mail and what the server said, who opened or clicked, and what came back.",
            section: .logs,
            actions: """
                <a class="btn" data-variant="outline" href="/logs/export/?\(filter.query)" download>\
                \(icon: "download")\(t: "Export CSV")</a>
                """,
            body: "\(filters)\(attempts.isEmpty ? empty : table)")
    }

    /// The query without the place in the list.
    private var filter: FormData {
        var data = form.data
        data.remove("before")
        for name in ["outcome", "campaign", "email"] where data[name].isEmpty { data.remove(name) }
        return data
    }

    private var filters: HTML {
        """
        <form method="get" action="/logs/" class="form" role="search"><div class="filters">
        \(form.select("outcome", "Outcome", [("", "All")] + AttemptRecord.Outcome.allCases.map {
            ($0.rawValue, MessageViews.title($0))
        }))
        \(form.select("campaign", "Campaign", [("", "All")] + choices.map {
            (String($0.id.rawValue), $0.kind == .single ? "Single mail: \($0.name)" : Phrase(sentence: $0.name))
        }))
        \(form.input("email", "Recipient contains", type: "search"))
        </div>
        <div class="form-actions">
        <button class="btn" data-variant="outline">\(icon: "filter")\(t: "Filter")</button>
        \(if: !filter.query.isEmpty, "<a class=\"btn\" data-variant=\"ghost\" href=\"/logs/\">\(t: "Show all")</a>")
        </div></form>
        """
    }

    private var empty: HTML {
        """
        <div class="empty border"><header><figure>\(icon: "scroll-text")</figure><h2>\(t: "No attempts")</h2>\
        <p>\(t: filter.query.isEmpty ? "Attempts appear here as soon as mails are sent." :
            "No attempt matches this filter.")</p></header></div>
        """
    }

    private var table: HTML {
        """
        \(AttemptTable(attempts: attempts, titles: titles).html)
        <nav class="pagination" aria-label="\(t: "Pages of the list")">\
        \(if: !isFirst, """
            <a class="btn" data-variant="outline" data-size="sm" href="/logs/?\(filter.query)">\(t: "Newest")</a>
            """)<span></span>\
        \(if: hasMore, """
            <a class="btn" data-variant="outline" data-size="sm" href="/logs/?\(older)">\(t: "Older")</a>
            """)</nav>
        """
    }

    private var older: String {
        var data = filter
        data.set(String(attempts.last?.id ?? 0), for: "before")
        return data.query
    }
}
