import Campaigns
import HTTPTypes
import Hummingbird
import Persistence

/// Shows and stores a campaign that has not begun; `campaign` is `nil` for a new one.
struct CampaignEditing {
    let visit: Visit
    let campaign: Campaign.ID?

    func show() async throws -> Response {
        guard let campaign else {
            // Other pages lead here with a template, a filter or picked recipients.
            var data = visit.query
            if data["selection"].isEmpty, data.has("recipients") { data.set("picked", for: "selection") }
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
        return try await answer(form, filter: filter, scheduledAt: record.scheduledAt)
    }

    func save() async throws -> Response {
        let now = try await visit.read { try $0.transaction.now }
        var reading = CampaignReading(visit.form, now: now)
        let saving = CampaignSaving(actor: visit, campaign: campaign)
        if reading.action == .search {
            if let record = try await saving.record(), !record.state.isEditable { return try await refuse(record) }
            return try await answer(Form(visit.form), filter: reading.filter)
        }
        let asks = try await asks(reading)
        if asks { reading.holdAsDraft() }
        switch try await saving.save(reading, now: now) {
        case .begun(let record): return try await refuse(record)
        case .refused(let reading, let facts):
            // What was typed comes back either way.
            return try await answer(
                reading.form, filter: reading.filter, isTooLate: reading.isTooLate,
                status: facts.namesWhatIsNotThere ? .notFound : .unprocessableContent)
        case .saved(let id, _, _) where asks:
            return try await visit.redirect(
                to: "/campaigns/\(id)/preflight/",
                saying: "It is saved, and not started yet: please look at this first.", as: .warning)
        case .saved(let id, let draft, let facts):
            let sentence: Phrase =
                if draft.isDraft {
                    "The draft “\(draft.name)” is saved."
                } else if facts.sender?.kind == .rehearsal {
                    "The campaign “\(draft.name)” will be rehearsed: nothing leaves this server."
                } else {
                    "The campaign “\(draft.name)” will be sent."
                }
            return try await visit.redirect(to: "/campaigns/\(id)/", saying: sentence)
        }
    }

    /// Whether something should be looked at before this campaign starts; what blocks its start is told at the form. A
    /// program that posts the form without its field `asks` is not asked, as by the API.
    private func asks(_ reading: CampaignReading) async throws -> Bool {
        guard visit.form.has("asks"), reading.starts, reading.form.isValid else { return false }
        let facts = try await CampaignPreflight.facts(
            template: reading.template, filter: reading.filter, sender: nil, by: visit)
        let preflight = Preflight(facts)
        return preflight.mayStart && !preflight.questions.isEmpty
    }

    private func refuse(_ record: CampaignRecord) async throws -> Response {
        try await visit.redirect(
            to: "/campaigns/\(record.id)/",
            saying: "This campaign has begun, so it cannot be changed. Duplicate it to make a new draft.", as: .error)
    }

    private func answer(
        _ form: Form, filter: AudienceFilter, scheduledAt: Instant? = nil, isTooLate: Bool = false,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let search = form["pick_search"]
        let (templates, sender, audience, question, picks) = try await visit.read { scope in
            let size = try scope.audienceSize(filter)
            let audience = AudienceSize(matching: size.matching, suppressed: size.suppressed)
            let sender = try scope.defaultSender()
            return (
                try scope.templateChoices(limit: CampaignFormPage.mostTemplates), sender, audience,
                try StartQuestion(scope, audience, sender: sender), try PickList(scope, filter: filter, search: search)
            )
        }
        var form = form
        // Who has one template means that one.
        if campaign == nil, status == .ok, form["template"].isEmpty, templates.count == 1 {
            form.data.set(templates[0].id.description, for: "template")
        }
        let page = CampaignFormPage(
            form: form, campaign: campaign, templates: templates, sender: sender,
            audience: audience, question: question, picks: picks, scheduledAt: scheduledAt, isTooLate: isTooLate)
        return try await visit.page(page.page, status: status)
    }
}
