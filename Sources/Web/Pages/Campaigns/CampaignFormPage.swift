import Campaigns
import Persistence

/// The form for a campaign that has not begun.
struct CampaignFormPage {
    /// In the choice; older ones are reached through the list of templates.
    static let mostTemplates = 500

    let form: Form
    let campaign: Campaign.ID?
    let templates: [(id: Template.ID, name: String)]
    let sender: SenderRecord?
    let audience: AudienceSize
    let picks: PickList
    /// As it is stored; a form that comes back has what was typed instead.
    let scheduledAt: Instant?
    let isTooLate: Bool
    /// It has its time and keeps it, unless something else is said.
    let isScheduled: Bool

    var page: Page {
        Page(
            title: campaign == nil ? "New campaign" : "Edit campaign", section: .campaigns,
            breadcrumbs: [.init("Campaigns", "/campaigns/")], body: templates.isEmpty ? withoutTemplates : body)
    }

    private var withoutTemplates: HTML {
        """
        <div class="empty border"><header><figure>\(icon: "file-text")</figure>\
        <h2>\(t: "First a template")</h2><p>\(t: "A campaign sends a template, and there is none yet.")</p></header>\
        <section><a class="btn" href="/templates/designs/">\(icon: "plus")\(t: "Write a template")</a></section></div>
        """
    }

    private var body: HTML {
        """
        \(SenderNote(sender: sender).html)
        <form method="post" action="\(campaign.map { "/campaigns/\($0.rawValue)/edit/" as HTML } ?? "/campaigns/create/")" \
        class="form page-narrow" novalidate>\(.csrfField)<input type="hidden" name="asks" value="on">\
        \(if: campaign == nil, form.hidden("form"))
        <button class="sr-only" name="action" value="search" tabindex="-1" aria-hidden="true">\(t: "Search")</button>
        \(form.summary)\(lateOffer)
        \(form.input("name", "Name", hint: "Only you see it.", required: true))
        \(form.select("template", "Template", [("", "Please choose")] + templates.map {
            (value: $0.id.description, text: Phrase(sentence: $0.name))
        }, required: true))
        \(audienceFields)
        \(timeField)
        \(form.select("tracking", "Tracking", CampaignTracking.allCases.map { (value: $0.rawValue, text: $0.label) },
            hint: "As far as the tracking settings of the account allow it."))
        <div class="form-actions">\
        \(if: isScheduled, """
            <button class="btn" name="action" value="save">\(icon: "check")\(t: "Save changes")</button>\
            <button class="btn" data-variant="outline" name="action" value="draft">\(icon: "rotate-ccw")\(t: "Back to draft")</button>
            """)\
        \(if: !isScheduled, """
            <button class="btn" name="action" value="start">\(icon: "list-checks")\(t: "Check and start")</button>\
            <button class="btn" data-variant="outline" name="action" value="draft">\(t: "Save as draft")</button>
            """)\
        <a class="btn" data-variant="ghost" href="\(campaign.map { "/campaigns/\($0.rawValue)/" as HTML } ?? "/campaigns/")">\
        \(t: "Back")</a></div>
        </form>
        """
    }

    private var lateOffer: HTML? {
        guard isTooLate else { return nil }
        return """
            <div class="alert" data-variant="info" role="note">\(icon: "clock")<h2>\(t: "The time has passed")</h2>\
            <section><button class="btn" data-size="sm" name="action" value="now">\(icon: "send")\(t: "Send now")</button>\
            </section></div>
            """
    }

    private var timeField: HTML {
        """
        <div>\(form.dateTime(
            "scheduled_time", "Send at", hint: isScheduled ? "It starts by itself at this time." : "Empty means now.",
            value: scheduledAt))\
        <p class="hint mt-1 text-sm text-muted-foreground">\(t: "Time zone:") <span data-time-zone-name>UTC</span></p></div>
        """
    }

    private var isPicking: Bool { form["selection"] == "picked" }

    private var audienceFields: HTML {
        """
        <fieldset class="group flex flex-col gap-4 rounded-lg border p-4"><legend class="px-1 font-medium">\
        \(t: "Recipients")</legend>
        <p data-hx-post="/campaigns/audience/" data-hx-include="closest form" \
        data-hx-trigger="input from:closest form delay:400ms" data-hx-target="this" data-hx-sync="this:replace" \
        role="status" aria-live="polite">\(audience.html)</p>
        <div class="flex flex-wrap gap-4">\
        <label class="flex items-center gap-2"><input class="input" type="radio" id="selection-all" name="selection" \
        value="all"\(if: !isPicking, " checked")>\(t: "All that match")</label>\
        <label class="flex items-center gap-2"><input class="input" type="radio" id="selection-picked" name="selection" \
        value="picked"\(if: isPicking, " checked")>\(t: "Only those I pick")</label></div>
        <div class="flex flex-col gap-4 group-has-[#selection-picked:checked]:hidden">
        \(form.input("search", "Search in all fields", type: "search"))
        <details\(if: hasFilter, " open")><summary class="flex cursor-pointer items-center gap-2 text-sm">\(icon: "sliders-horizontal")\
        \(t: "Filter by field")</summary>
        <div class="filters mt-3">\(RecipientField.allCases.map { form.input($0.rawValue, $0.label) })</div></details></div>
        <div class="flex flex-col gap-3 group-has-[#selection-all:checked]:hidden">
        <div class="flex flex-wrap items-end gap-2"><div class="field w-auto grow"><label for="pick_search">\
        \(t: "Find recipients to pick")</label><input type="search" id="pick_search" name="pick_search" \
        value="\(form["pick_search"])" autocomplete="off" data-hx-post="/campaigns/picks/" data-hx-include="closest form" \
        data-hx-trigger="input changed delay:300ms" data-hx-target="#picks" data-hx-sync="this:replace"></div>\
        <button class="btn" data-variant="outline" name="action" value="search">\(icon: "search")\(t: "Find")</button></div>
        <div id="picks" class="max-h-80 overflow-y-auto" tabindex="0" role="group" \
        aria-label="\(t: "Recipients to pick")">\(picks.html)</div></div>
        </fieldset>
        """
    }

    private var hasFilter: Bool { RecipientField.allCases.contains { !form[$0.rawValue].isEmpty } }
}

/// What there is to know about the sender before anything is started.
struct SenderNote {
    let sender: SenderRecord?

    var html: HTML? {
        if let problem = sender.map(SenderReadiness.init)?.problem {
            return alert("Sending is not set up yet", problem)
        }
        guard let sender else { return alert("Sending is not set up yet", "This account has no sender yet.") }
        guard sender.pausedReason.isEmpty else {
            return alert("The sender is paused", Phrase(sentence: sender.pausedReason))
        }
        // That nothing is really sent in a rehearsal stands above every page.
        return nil
    }

    private func alert(_ title: Phrase, _ sentence: Phrase) -> HTML {
        """
        <div class="alert" data-variant="warning" role="note">\(icon: "triangle-alert")<h2>\(t: title)</h2>\
        <section><p>\(t: sentence) <a class="link" href="/profile/edit/">\(t: "Sender settings")</a></p></section></div>
        """
    }
}
