import Campaigns
import HTTPTypes
import Hummingbird
import Logging
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
        let record = try await editable(campaign)
        guard record.state.isEditable else { return try await refuse(record) }
        let filter = try AudienceFilter(json: record.audienceFilter)
        var form = Form(values: ["name": record.name, "template": record.templateID.map(\.description) ?? ""])
        for (name, value) in filter.parameters { form.data.set(value, for: name) }
        return try await answer(form, filter: filter, scheduledAt: record.scheduledAt)
    }

    func save() async throws -> Response {
        let now = try await visit.read { try $0.transaction.now }
        var reading = CampaignReading(visit.form, now: now)
        if let campaign {
            let record = try await editable(campaign)
            guard record.state.isEditable else { return try await refuse(record) }
        }
        if reading.action == .search { return try await answer(Form(visit.form), filter: reading.filter) }
        let (template, filter) = (reading.template, reading.filter)
        let facts = try await visit.read { try CampaignFacts($0, template: template, filter: filter) }
        reading.check(facts)
        guard reading.form.isValid, let sender = facts.sender, let draft = reading.draft(sender: sender.id, now: now)
        else {
            // What was typed comes back either way.
            return try await answer(
                reading.form, filter: filter, isTooLate: reading.isTooLate,
                status: facts.namesWhatIsNotThere ? .notFound : .unprocessableContent)
        }
        return try await store(draft, facts)
    }

    private func store(_ draft: CampaignDraft, _ facts: CampaignFacts) async throws -> Response {
        let id = try await visit.write { [campaign] scope -> Campaign.ID? in
            guard let campaign else { return try scope.createCampaign(draft) }
            return try scope.updateCampaign(campaign, draft) ? campaign : nil
        }
        guard let id else {
            guard let campaign else { throw Refusal.notFound }
            return try await refuse(try await editable(campaign))
        }
        visit.logger.info(
            "Campaign saved", metadata: ["campaign.id": "\(id)", "campaign.draft": "\(draft.isDraft)"])
        if draft.isDraft {
            return try await visit.redirect(to: "/campaigns/\(id)/", saying: "The draft “\(draft.name)” is saved.")
        }
        visit.site.wake()
        return try await visit.redirect(
            to: "/campaigns/\(id)/",
            saying: facts.sender?.kind == .rehearsal
                ? "The campaign “\(draft.name)” will be rehearsed: nothing leaves this server."
                : "The campaign “\(draft.name)” will be sent.")
    }

    private func editable(_ campaign: Campaign.ID) async throws -> CampaignRecord {
        guard let record = try await visit.read({ try $0.campaign(campaign) }), record.kind == .campaign else {
            throw Refusal.notFound
        }
        return record
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
        let (templates, sender, size, picks) = try await visit.read { scope in
            (
                try scope.templateChoices(limit: CampaignFormPage.mostTemplates), try scope.defaultSender(),
                try scope.audienceSize(filter), try PickList(scope, filter: filter, search: search)
            )
        }
        let page = CampaignFormPage(
            form: form, campaign: campaign, templates: templates, sender: sender,
            audience: AudienceSize(matching: size.matching, suppressed: size.suppressed), picks: picks,
            scheduledAt: scheduledAt, isTooLate: isTooLate)
        return try await visit.page(page.page, status: status)
    }
}
