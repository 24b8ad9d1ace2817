import Campaigns
import HTTPTypes
import Hummingbird
import Persistence
import Vault

/// Shows and stores a campaign that has not begun; `campaign` is `nil` for a new one.
struct CampaignEditing {
    let visit: Visit
    let campaign: Campaign.ID?

    func show() async throws -> Response {
        guard let campaign else {
            // Other pages lead here with a template, a filter or picked recipients.
            var data = visit.query
            if data["selection"].isEmpty, data.has("recipients") { data.set("picked", for: "selection") }
            // Browsers ask for the page again when somebody goes back to it.
            let form = Form(data).formName
            if let made = try await visit.read({ try $0.campaign(ofForm: form).flatMap($0.campaign) }) {
                return visit.redirect(to: "/campaigns/\(made.id)/\(made.state.isEditable ? "edit/" : "")")
            }
            if form.isEmpty { data.set(Token().plaintext, for: "form") }
            return try await answer(Form(data), filter: AudienceFilter(form: data))
        }
        guard let record = try await CampaignSaving(actor: visit, campaign: campaign).record() else {
            throw Refusal.notFound
        }
        guard record.state.isEditable else { return try await refuse(record) }
        let filter = try AudienceFilter(json: record.audienceFilter)
        var form = Form(values: [
            "name": record.name, "template": record.templateID.map(\.description) ?? "",
            "tracking": CampaignTracking(record).rawValue,
        ])
        for (name, value) in filter.parameters { form.data.set(value, for: name) }
        return try await answer(
            form, filter: filter, scheduledAt: record.scheduledAt, isScheduled: record.state == .scheduled)
    }

    func save() async throws -> Response {
        let now = try await visit.read { try $0.transaction.now }
        var reading = CampaignReading(visit.form, now: now)
        // Who went back and pressed the button again does not mean to mail everybody twice.
        if visit.form.has("asks"), reading.action != .search,
            let earlier = try await CampaignSaving(actor: visit, campaign: campaign).startedAlready(reading, now: now)
        {
            return try await lead(to: earlier)
        }
        // Nor does who went back to change something mean a second campaign.
        let known = try await visit.read { [campaign, form = Form(visit.form).formName] scope in
            try campaign ?? scope.campaign(ofForm: form)
        }
        let saving = CampaignSaving(actor: visit, campaign: known)
        let record = try await saving.record()
        if let record, !record.state.isEditable { return try await refuse(record) }
        let isScheduled = record?.state == .scheduled
        if reading.action == .search {
            return try await answer(Form(visit.form), filter: reading.filter, isScheduled: isScheduled)
        }
        // The page before the start asks, once. A program that posts the form without its field `asks` is not asked, as by
        // the API. What somebody took back to a draft meanwhile stays one.
        let isAsked = visit.form.has("asks") && (reading.action == .start || reading.action == .now)
        if isAsked || reading.action == .save && !isScheduled { reading.holdAsDraft() }
        switch try await saving.save(reading, now: now) {
        case .begun(let record): return try await refuse(record)
        case .refused(let reading, let facts):
            // What was typed comes back either way.
            return try await answer(
                reading.form, filter: reading.filter, isTooLate: reading.isTooLate, isScheduled: isScheduled,
                status: facts.namesWhatIsNotThere ? .notFound : .unprocessableContent)
        case .saved(let id, _, _) where isAsked: return visit.redirect(to: "/campaigns/\(id)/preflight/")
        case .saved(let id, let draft, _) where reading.action == .save && !draft.isDraft:
            let hasQuestions = try await !CampaignPreflight.look(at: id, by: visit).preflight.questions.isEmpty
            return try await visit.redirect(
                to: "/campaigns/\(id)/\(hasQuestions ? "preflight/" : "")",
                saying: "The changes are saved. “\(draft.name)” starts by itself at its time.")
        case .saved(let id, let draft, let facts):
            let sentence: Phrase =
                if draft.isDraft {
                    isScheduled ? .backToDraft(draft.name) : "The draft “\(draft.name)” is saved."
                } else if facts.sender?.kind == .rehearsal {
                    "The campaign “\(draft.name)” will be rehearsed: nothing leaves this server."
                } else {
                    "The campaign “\(draft.name)” will be sent."
                }
            return try await visit.redirect(to: "/campaigns/\(id)/", saying: sentence)
        }
    }

    private func lead(to earlier: CampaignRecord) async throws -> Response {
        try await visit.redirect(
            to: "/campaigns/\(earlier.id)/",
            saying:
                "“\(earlier.name)” was started already, to the same recipients with the same template, so nothing was started again. Duplicate it to send it once more.",
            as: .warning)
    }

    private func refuse(_ record: CampaignRecord) async throws -> Response {
        try await visit.redirect(
            to: "/campaigns/\(record.id)/",
            saying: "This campaign has begun, so it cannot be changed. Duplicate it to make a new draft.", as: .error)
    }

    private func answer(
        _ form: Form, filter: AudienceFilter, scheduledAt: Instant? = nil, isTooLate: Bool = false,
        isScheduled: Bool = false, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let search = form["pick_search"]
        let (templates, sender, size, picks) = try await visit.read { scope in
            (
                try scope.templateChoices(limit: CampaignFormPage.mostTemplates), try scope.defaultSender(),
                try scope.audienceSize(filter), try PickList(scope, filter: filter, search: search)
            )
        }
        var form = form
        // Who has one template means that one.
        if campaign == nil, status == .ok, form["template"].isEmpty, templates.count == 1 {
            form.data.set(templates[0].id.description, for: "template")
        }
        let page = CampaignFormPage(
            form: form, campaign: campaign, templates: templates, sender: sender,
            audience: AudienceSize(matching: size.matching, suppressed: size.suppressed), picks: picks,
            scheduledAt: scheduledAt, isTooLate: isTooLate, isScheduled: isScheduled)
        return try await visit.page(page.page, status: status)
    }
}
