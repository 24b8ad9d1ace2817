import Campaigns
import Persistence

/// One campaign: what moves above, what stands still below.
struct CampaignPage {
    let overview: CampaignOverview

    private var campaign: CampaignRecord { overview.campaign }

    var page: Page {
        Page(
            title: Phrase(sentence: campaign.name), section: .campaigns,
            breadcrumbs: [.init("Campaigns", "/campaigns/")], body: body)
    }

    private var body: HTML {
        """
        <div class="flex flex-col gap-6"\(if: !overview.isSettled, """
             data-hx-ext="sse,morph" data-sse-connect="/campaigns/\(campaign.id.rawValue)/live/" data-sse-close="done"
            """)>
        <div class="toolbar" data-sse-swap="actions">\(CampaignButtons(overview).html)</div>
        <div class="flex flex-col gap-6" data-sse-swap="progress" data-hx-swap="morph:innerHTML" aria-live="off">\
        \(CampaignProgress(overview: overview).html)</div>
        \(if: campaign.state.isEditable, "\(SenderNote(sender: overview.sender).html)")\(FreedFilesNote(files: overview.freedFiles).html)
        <div class="grid gap-6 lg:grid-cols-2"><section class="card self-start" aria-labelledby="facts-title"><header>\
        <h2 id="facts-title">\(t: "Facts")</h2></header>\
        <section data-sse-swap="facts" data-hx-swap="morph:innerHTML" aria-live="off">\(facts)</section></section>\
        \(preview)</div></div>
        """
    }

    /// The times of its states among them, so that they move too.
    var facts: HTML {
        """
        <dl class="facts">
        \(fact("Subject", "\(overview.subject ?? "")"))
        \(fact("Template", template))
        \(fact("Recipients", audience))
        \(fact("Attachments", attachments))
        \(fact("From", from))
        \(fact("Scheduled", campaign.scheduledAt.map { "\(time: $0)" }))
        \(fact("Started", campaign.startedAt.map { "\(time: $0)" }))
        \(fact("Finished", campaign.finishedAt.map { "\(time: $0)" }))
        \(fact("Retries end", campaign.state.isUnderWay ? campaign.expiresAt.map { "\(time: $0)" } : nil))
        </dl>\(if: campaign.state.hasStarted, view)
        """
    }

    /// Who has a mail's link can see it in the browser, until that is withdrawn.
    private var view: HTML {
        let isWithdrawn = campaign.viewWithdrawnAt != nil
        return """
            <form method="post" action="/campaigns/\(campaign.id.rawValue)/view/" class="mt-4"\(if: !isWithdrawn, """
                 data-confirm="\(t: "Links in mails to see them in the browser then lead to a page that says so.")" \
                data-confirm-title="\(t: "Take the web version offline?")" data-confirm-label="\(t: "Take it offline")"
                """)>\(.csrfField)<input type="hidden" name="show" value="\(isWithdrawn ? "yes" : "no")">\
            \(if: isWithdrawn, "<p class=\"mb-2\">\(t: "Web version offline since") \(time: campaign.viewWithdrawnAt)</p>")\
            <button class="btn" data-variant="outline" data-size="sm">\(icon: isWithdrawn ? "eye" : "eye-off")\
            \(t: isWithdrawn ? "Put the web version online again" : "Take the web version offline")</button></form>
            """
    }

    private func fact(_ name: Phrase, _ value: HTML?) -> HTML? {
        guard let value else { return nil }
        return "<dt>\(t: name)</dt><dd>\(value)</dd>"
    }

    private var template: HTML {
        guard let id = campaign.templateID, let name = overview.templateName else {
            return "\(t: "Deleted since; the campaign keeps what it sends.")"
        }
        return #"<a class="link" href="/templates/\#(id.rawValue)/edit/">\#(name)</a>"#
    }

    private var attachments: HTML? {
        guard !overview.attachments.isEmpty else { return nil }
        return """
            <ul>\(overview.attachments.map { "<li><bdi>\($0.name)</bdi>, \(ByteCount($0.file.size).text)</li>" as HTML })</ul>
            """
    }

    private var from: HTML? {
        guard let sender = overview.sender else { return nil }
        let name: HTML = sender.fromName.isEmpty ? "" : "\(sender.fromName) "
        return """
            \(name)&lt;\(sender.fromEmail)&gt;\
            \(if: sender.kind == .rehearsal, " <span class=\"badge\" data-state=\"rehearsal\">\(t: "Rehearsal")</span>")
            """
    }

    private var audience: HTML {
        let parts: [HTML] = RecipientField.allCases.compactMap { field in
            overview.filter[field].isEmpty
                ? nil : "<li>\(t: field.label): \(t: "contains “\(overview.filter[field])”")</li>"
        }
        var picked = 0
        if case .picked(let ids) = overview.filter.selection { picked = ids.count }
        let search = overview.filter.search
        return """
            \(overview.audience?.html)\
            \(if: overview.filter.isEmpty, "<p>\(t: "All recipients of the account")</p>")\
            <ul>\(if: !search.isEmpty, "<li>\(t: "any field contains “\(search)”")</li>")\(parts)\
            \(if: picked > 0, "<li>\(t: .counted(picked, one: "\(picked) picked by hand", other: "\(picked) picked by hand"))</li>")\
            </ul>
            """
    }

    private var preview: HTML {
        """
        <section class="card" aria-labelledby="preview-title"><header><h2 id="preview-title">\
        \(t: campaign.state.hasStarted ? "What is sent" : "What will be sent")</h2>\
        <p>\(t: "As the first recipient gets it.")</p><div class="card-action">\
        <a class="btn" data-variant="outline" data-size="sm" href="/campaigns/\(campaign.id.rawValue)/mail/">\(icon: "eye")\
        \(t: "For others, as text, a test …")</a></div></header>
        <section><iframe class="preview-frame" sandbox src="/campaigns/\(campaign.id.rawValue)/preview/" loading="lazy" \
        title="\(t: "Preview of the mail")"></iframe></section></section>
        """
    }
}

/// What may be done with a campaign in its state.
struct CampaignButtons {
    private let campaign: CampaignRecord

    init(_ overview: CampaignOverview) { campaign = overview.campaign }

    private var path: String { "/campaigns/\(campaign.id)" }

    var html: HTML {
        let state = campaign.state
        return """
            <span class="self-center">\(state.badge)</span>
            \(if: state == .draft, """
                \(link("preflight", "Check and start", "list-checks", variant: ""))
                \(link("edit", "Edit", "pencil", variant: "outline"))
                """)
            \(if: state == .scheduled, """
                \(link("edit", "Edit", "pencil", variant: ""))
                \(link("preflight", "Check before the start", "list-checks", variant: "outline"))
                \(button("unschedule", "Back to draft", "rotate-ccw", variant: "outline"))
                """)
            \(if: state.canPause, button("pause", "Pause", "pause", variant: "outline"))
            \(if: state.canResume, button("resume", "Resume", "play", variant: ""))
            \(if: state.canCancel, button(
                "cancel", "Cancel", "ban", variant: "destructive", title: "Cancel this campaign?",
                question: "What is not sent yet will never be sent. Mails that are under way still end.",
                label: "Cancel the campaign", other: "Do not cancel"))
            \(button("duplicate", "Duplicate", "copy", variant: "outline"))
            \(if: !state.isUnderWay, button(
                "delete", "Delete", "trash-2", variant: "destructive", title: "Delete this campaign?",
                question: "It will be gone, with the history of all its mails. This cannot be undone.", label: "Delete"))
            """
    }

    private func link(_ page: String, _ text: Phrase, _ icon: String, variant: String) -> HTML {
        """
        <a class="btn"\(if: !variant.isEmpty, " data-variant=\"\(variant)\"") href="\(path)/\(page)/">\(icon: icon)\(t: text)</a>
        """
    }

    private func button(
        _ verb: String, _ text: Phrase, _ icon: String, variant: String, title: Phrase? = nil, question: Phrase? = nil,
        label: Phrase? = nil, other: Phrase? = nil
    ) -> HTML {
        """
        <form method="post" action="\(path)/\(verb)/"\
        \(question.map { " data-confirm=\"\(t: $0)\" data-confirm-title=\"\(t: title)\"" as HTML })\
        \(if: question != nil, " data-confirm-label=\"\(t: label ?? text)\"")\
        \(other.map { " data-confirm-no=\"\(t: $0)\"" as HTML })>\(.csrfField)\
        <button class="btn"\(if: !variant.isEmpty, " data-variant=\"\(variant)\"")>\(icon: icon)\(t: text)</button></form>
        """
    }
}
