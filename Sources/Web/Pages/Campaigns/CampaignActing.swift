import Campaigns
import Hummingbird
import Logging
import Persistence

/// Start, pause, resume and cancel. Each one checks the state in the statement that changes it, so a second click, or
/// another person's, does nothing.
struct CampaignActing {
    let visit: Visit

    func start() async throws -> Response {
        let record = try await record()
        guard record.state.isEditable else { return try await tooLate(record) }
        let filter = try AudienceFilter(json: record.audienceFilter)
        let facts = try await visit.read { try CampaignFacts($0, template: record.templateID, filter: filter) }
        if let obstacle = facts.obstacles.first {
            return try await visit.redirect(to: "/campaigns/\(record.id)/", saying: obstacle, as: .error)
        }
        return try await act(record, "started", "The campaign starts.") { try $0.startCampaignNow(record.id) }
    }

    func pause() async throws -> Response {
        let record = try await record()
        return try await act(record, "paused", "The campaign is paused. What is under way still ends.", as: .info) {
            try $0.pauseCampaign(record.id)
        }
    }

    func resume() async throws -> Response {
        let record = try await record()
        return try await act(record, "resumed", "The campaign goes on.") { try $0.resumeCampaign(record.id) }
    }

    func cancel() async throws -> Response {
        let record = try await record()
        return try await act(
            record, "cancelled", "The campaign is cancelled. What was not sent is called off.", as: .info
        ) { try $0.cancelCampaign(record.id) }
    }

    private func record() async throws -> CampaignRecord {
        let id: Campaign.ID = try visit.id()
        guard let record = try await visit.read({ try $0.campaign(id) }) else { throw Refusal.notFound }
        return record
    }

    private func act(
        _ record: CampaignRecord, _ verb: String, _ sentence: Phrase, as kind: Flash.Kind = .success,
        _ change: @escaping @Sendable (AccountScope) throws -> Bool
    ) async throws -> Response {
        guard try await visit.write(change) else { return try await tooLate(record) }
        visit.logger.info("Campaign \(verb)", metadata: ["campaign.id": "\(record.id)"])
        visit.site.wake()
        return try await visit.redirect(to: "/campaigns/\(record.id)/", saying: sentence, as: kind)
    }

    private func tooLate(_ record: CampaignRecord) async throws -> Response {
        try await visit.redirect(
            to: "/campaigns/\(record.id)/",
            saying: "That is not possible any more: look at where the campaign stands now.",
            as: .warning)
    }
}
