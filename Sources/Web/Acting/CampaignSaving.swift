import Campaigns
import Logging
import Persistence

/// Stores a campaign that has not begun, and starts it where that was asked for; `campaign` is `nil` for a new one.
struct CampaignSaving {
    enum Outcome: Sendable {
        case saved(Campaign.ID, CampaignDraft, CampaignFacts)
        /// What is wrong is in the form.
        case refused(CampaignReading, CampaignFacts)
        /// It cannot be changed any more.
        case begun(CampaignRecord)
    }

    let actor: any Acting
    let campaign: Campaign.ID?

    func save(_ asked: CampaignReading, now: Instant) async throws -> Outcome {
        var reading = asked
        if let record = try await record(), !record.state.isEditable { return .begun(record) }
        let (template, filter) = (reading.template, reading.filter)
        let configuration = actor.site.configuration
        let facts = try await actor.read {
            try CampaignFacts($0, template: template, filter: filter, configuration: configuration)
        }
        reading.check(facts)
        guard reading.form.isValid, let sender = facts.sender, let draft = reading.draft(sender: sender.id, now: now)
        else { return .refused(reading, facts) }
        return try await store(draft, facts)
    }

    private func store(_ draft: CampaignDraft, _ facts: CampaignFacts) async throws -> Outcome {
        let id: Campaign.ID?
        do {
            id = try await actor.write { [campaign] scope in
                guard let campaign else { return try scope.createCampaign(draft) }
                return try scope.updateCampaign(campaign, draft) ? campaign : nil
            }
        } catch DatabaseFault.duplicate {
            // The button was pressed twice, and the other one was quicker.
            guard let made = try await actor.read({ try $0.campaign(ofForm: draft.form) }) else {
                throw Refusal.notFound
            }
            return try await CampaignSaving(actor: actor, campaign: made).store(draft, facts)
        }
        guard let id else {
            guard let record = try await record() else { throw Refusal.notFound }
            return .begun(record)
        }
        actor.logger.info(
            "Campaign saved", metadata: ["campaign.id": "\(id)", "campaign.draft": "\(draft.isDraft)"])
        if !draft.isDraft { actor.site.wake() }
        return .saved(id, draft, facts)
    }

    /// The campaign that was started before and is just the same.
    func startedAlready(_ reading: CampaignReading, now: Instant) async throws -> CampaignRecord? {
        guard campaign == nil, reading.starts, reading.form.isValid else { return nil }
        return try await actor.read { scope in
            guard let sender = try scope.defaultSender(), let draft = reading.draft(sender: sender.id, now: now)
            else { return nil }
            return try scope.startedAlready(draft).flatMap { try scope.campaign($0) }
        }
    }

    /// `nil` for a new one.
    func record() async throws -> CampaignRecord? {
        guard let campaign else { return nil }
        guard let record = try await actor.read({ try $0.campaign(campaign) }), record.kind == .campaign else {
            throw Refusal.notFound
        }
        return record
    }
}
