import Campaigns
import HTTPTypes
import Hummingbird
import Persistence

/// Takes all that match off the list, after a question and with a reason that is kept: what a server said by mistake of
/// thousands. What the persons behind the addresses decided stays.
struct SuppressionClearing {
    /// How long one request works before it shows how far it is.
    private static let patience = Duration.seconds(2)

    let visit: Visit

    func ask() async throws -> Response {
        let filter = SuppressionFilter(query: visit.query)
        guard !filter.isEmpty else {
            return try await visit.redirect(to: "/suppressions/", saying: Self.narrow, as: .info)
        }
        return try await ask(filter, Form())
    }

    func remove() async throws -> Response {
        var form = Form(visit.form)
        let filter = SuppressionFilter(query: visit.form)
        // Never more than what the question counted.
        guard !filter.isEmpty, filter.before != nil else {
            return try await visit.redirect(to: "/suppressions/", saying: Self.narrow, as: .info)
        }
        let why = RecipientFields.normalised(
            form.text("why", required: true, max: SuppressionWriting.longestNote), limit: .max)
        guard form.isValid else { return try await ask(filter, form, status: .unprocessableContent) }
        return try await remove(filter, because: why, already: visit.form.count("removed"))
    }

    static let narrow: Phrase = "Search for those that you want to remove first: by reason, time or campaign."

    private func ask(
        _ filter: SuppressionFilter, _ form: Form, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let page = try await visit.read { scope in
            var asked = filter
            // Those that come while the question stands are not meant.
            let now = try scope.transaction.now
            asked.before = min(asked.before ?? now, now)
            let matching = try scope.suppressionCount(asked)
            var removable = asked
            removable.leavesOutPersons = true
            return SuppressionClearingPage(
                form: form, filter: asked, back: filter.query,
                campaign: try filter.campaign.flatMap { try scope.campaign($0)?.name }, matching: matching,
                removable: try scope.suppressionCount(removable),
                examples: try scope.suppressions(removable, limit: 10))
        }
        return try await visit.page(page.page, status: status)
    }

    /// In pieces. What takes long shows how far it is, and goes on by itself or, without script, at a press.
    private func remove(_ filter: SuppressionFilter, because why: String, already: Int) async throws -> Response {
        var removed = already
        let clock = ContinuousClock()
        let end = clock.now + Self.patience
        while true {
            let (count, hasMore) = try await SuppressionWriting(actor: visit).removeSome(
                filter, because: why, limit: SuppressionWriting.batch)
            removed += count
            if !hasMore { break }
            guard clock.now < end else {
                var left = filter
                left.leavesOutPersons = true
                let rest = try await visit.read { [left] in try $0.suppressionCount(left) }
                if rest == 0 { break }
                let page = SuppressionClearingProgress(filter: filter, why: why, removed: removed, rest: rest)
                return visit.isPartial ? visit.part(page.html) : try await visit.page(page.page)
            }
        }
        return try await visit.redirect(
            to: "/suppressions/",
            saying: .counted(
                removed, one: "\(removed) address is off the list and can get mails again.",
                other: "\(removed) addresses are off the list and can get mails again."))
    }
}

struct SuppressionClearingPage {
    let form: Form
    let filter: SuppressionFilter
    /// The list's query, to go back to.
    let back: String
    let campaign: String?
    let matching: Int
    let removable: Int
    let examples: [SuppressedAddress]

    var page: Page {
        Page(
            title: .counted(
                removable, one: "Take \(removable) address off the list?",
                other: "Take \(removable) addresses off the list?"), section: .suppressions,
            breadcrumbs: [.init("Suppression list", "/suppressions/")], body: removable == 0 ? nothing : question)
    }

    private var persons: HTML? {
        guard matching > removable else { return nil }
        let count = matching - removable
        return """
            <p>\(t: .counted(
                count, one: "\(count) more matches and stays: that person unsubscribed or complained.",
                other: "\(count) more match and stay: these people unsubscribed or complained."))</p>
            """
    }

    private var nothing: HTML {
        """
        <div class="page-narrow flex flex-col gap-4"><p>\(t: "Nothing of what matches can be taken off together.")</p>\(persons)\
        <p><a class="btn" data-variant="outline" href="/suppressions/?\(back)">\(t: "Back")</a></p></div>
        """
    }

    private var question: HTML {
        """
        <form method="post" action="/suppressions/remove-matching/" class="form page-narrow" novalidate>\
        \(SuppressionClearingFields(filter: filter, removed: 0).html)
        \(form.summary)
        \(SuppressionFilterFacts(filter: filter, campaign: campaign).html)
        <ul class="list-disc ps-5">\(examples.map { "<li>\($0.email)</li>" as HTML })\
        \(if: removable > examples.count, "<li>\(t: "and \(removable - examples.count) more")</li>")</ul>
        \(persons)
        <p>\(t: "They get mails again from the next campaign on. Mails that failed or were called off stay so.")</p>
        \(form.input("why", "Why are they taken off?", hint: "Kept in the history of each, with your name.", required: true))
        <div class="form-actions"><button class="btn" data-variant="danger">\
        \(t: .counted(removable, one: "Take \(removable) off", other: "Take \(removable) off"))</button>\
        <a class="btn" data-variant="ghost" href="/suppressions/?\(back)">\(t: "Keep")</a></div>
        </form>
        """
    }
}

/// What is looked for, in words.
private struct SuppressionFilterFacts {
    let filter: SuppressionFilter
    let campaign: String?

    var html: HTML {
        """
        <dl class="facts">\(filter.reason.map { "<dt>\(t: "Reason")</dt><dd>\($0.badge)</dd>" as HTML })\
        \(if: !filter.search.isEmpty, "<dt>\(t: "Part of an address")</dt><dd>\(filter.search)</dd>")\
        \(campaign.map { "<dt>\(t: "Campaign")</dt><dd>\($0)</dd>" as HTML })\
        \(filter.since.map { "<dt>\(t: "Since")</dt><dd>\(time: $0)</dd>" as HTML })\
        \(filter.before.map { "<dt>\(t: "Before")</dt><dd>\(time: $0)</dd>" as HTML })</dl>
        """
    }
}

private struct SuppressionClearingProgress {
    let filter: SuppressionFilter
    let why: String
    let removed: Int
    let rest: Int

    var page: Page {
        Page(
            title: "Taking addresses off the list", section: .suppressions,
            breadcrumbs: [.init("Suppression list", "/suppressions/")], body: html)
    }

    var html: HTML {
        """
        <form method="post" action="/suppressions/remove-matching/" class="form page-narrow" \
        data-hx-post="/suppressions/remove-matching/" data-hx-trigger="load" data-hx-swap="outerHTML">\
        \(SuppressionClearingFields(filter: filter, removed: removed).html)\
        <input type="hidden" name="why" value="\(why)">
        <progress class="meter" value="\(removed)" max="\(removed + rest)" aria-label="\(t: "Progress")"></progress>
        <p role="status">\(t: "\(removed) are off the list, \(rest) are left.")</p>
        <div class="form-actions"><button class="btn" data-variant="danger">\(t: "Go on")</button>\
        <a class="btn" data-variant="ghost" href="/suppressions/">\(t: "Stop here")</a></div>
        </form>
        """
    }
}

private struct SuppressionClearingFields {
    let filter: SuppressionFilter
    let removed: Int

    var html: HTML {
        """
        \(.csrfField)<input type="hidden" name="removed" value="\(removed)">\
        \(filter.parameters.map { "<input type=\"hidden\" name=\"\($0.name)\" value=\"\($0.value)\">" as HTML })
        """
    }
}
