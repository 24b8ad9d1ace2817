import Campaigns
import Hummingbird
import Logging
import Persistence

/// The buttons of a campaign.
struct CampaignActing {
    let visit: Visit

    /// Errors block the start; warnings ask, once for each kind.
    func start() async throws -> Response {
        let id: Campaign.ID = try visit.id()
        let look = try await CampaignPreflight.look(at: id, by: visit)
        if look.campaign.state.isEditable {
            let agreed = Set(visit.form["agreed"].split(separator: ",").map(String.init))
            guard look.preflight.mayStart else {
                let first = look.preflight.items.first.map { PreflightItem($0.finding, look).sentence }
                return try await visit.redirect(
                    to: "/campaigns/\(id)/preflight/", saying: first ?? "This campaign cannot start yet", as: .error)
            }
            guard look.preflight.questions.isSubset(of: agreed) else {
                // That page says that it is not started, and asks.
                let page = "/campaigns/\(id)/preflight/"
                guard visit.form.has("agreed") else { return visit.redirect(to: page) }
                return try await visit.redirect(
                    to: page, saying: "Not started yet: something else was found meanwhile.", as: .warning)
            }
            if visit.form["when"] == "planned", try await visit.write({ try $0.scheduleCampaign(id) }) {
                visit.logger.info("Campaign scheduled", metadata: ["campaign.id": "\(id)"])
                visit.site.wake()
                return try await visit.redirect(
                    to: "/campaigns/\(id)/", saying: "The campaign starts at the time that was planned.")
            }
        }
        return try await run(.start, "The campaign starts.")
    }

    /// Takes back that it starts by itself; its time stays written down.
    func unschedule() async throws -> Response {
        let id: Campaign.ID = try visit.id()
        let page = "/campaigns/\(id)/"
        guard let record = try await visit.read({ try $0.campaign(id) }) else { throw Refusal.notFound }
        guard try await visit.write({ try $0.unscheduleCampaign(id) }) else {
            return try await visit.redirect(
                to: page, saying: "That is not possible any more: look at where the campaign stands now.",
                as: .warning)
        }
        visit.logger.info("Campaign unscheduled", metadata: ["campaign.id": "\(id)"])
        return try await visit.redirect(to: page, saying: .backToDraft(record.name), as: .info)
    }

    func preflight() async throws -> Response {
        let id: Campaign.ID = try visit.id()
        guard let record = try await visit.read({ try $0.campaign(id) }) else { throw Refusal.notFound }
        guard record.state.isEditable else { return visit.redirect(to: "/campaigns/\(id)/") }
        try await CampaignPreflight.askTheDNS(for: record, by: visit)
        // Counting a large audience takes seconds: then the page is there at once, and asks for that part.
        let recipients = try await visit.read { try $0.recipientCount() }
        if recipients >= PreflightMemory.large, visit.query["whole"].isEmpty {
            return try await visit.page(PreflightPage.waiting(record, recipients: recipients))
        }
        return try await visit.page(PreflightPage(look: try await CampaignPreflight.look(at: id, by: visit)).page)
    }

    func preflightPanel() async throws -> Response {
        visit.part(PreflightPage(look: try await CampaignPreflight.look(at: visit.id(), by: visit)).part)
    }

    func pause() async throws -> Response {
        try await run(.pause, "The campaign is paused. What is under way still ends.", as: .info)
    }

    func resume() async throws -> Response { try await run(.resume, "The campaign goes on.") }

    func cancel() async throws -> Response {
        try await run(.cancel, "The campaign is cancelled. What was not sent is called off.", as: .info)
    }

    private func run(
        _ command: CampaignCommand, _ sentence: Phrase, as kind: Flash.Kind = .success
    ) async throws -> Response {
        let id: Campaign.ID = try visit.id()
        let page = "/campaigns/\(id)/"
        switch try await command.run(id, by: visit) {
        case .done: return try await visit.redirect(to: page, saying: sentence, as: kind)
        case .obstacle(let obstacle, _): return try await visit.redirect(to: page, saying: obstacle, as: .error)
        case .tooLate:
            return try await visit.redirect(
                to: page, saying: "That is not possible any more: look at where the campaign stands now.",
                as: .warning)
        }
    }
}

extension Phrase {
    static func backToDraft(_ campaign: String) -> Phrase {
        "“\(campaign)” is a draft again: it does not go out until you start it."
    }
}
