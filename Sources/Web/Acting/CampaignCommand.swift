import Campaigns
import Logging
import Persistence

/// Start, pause, resume and cancel. Each one checks the state in the statement that changes it, so a second click, or
/// another person's, does nothing.
enum CampaignCommand: String, Sendable, CaseIterable {
    case start, pause, resume, cancel

    enum Outcome: Sendable {
        case done(CampaignRecord)
        /// The campaign is in a state in which this cannot be done (any more).
        case tooLate(CampaignRecord)
        /// Something is missing for a start.
        case obstacle(Phrase, CampaignRecord)
    }

    func run(_ id: Campaign.ID, by actor: any Acting) async throws -> Outcome {
        guard let record = try await actor.read({ try $0.campaign(id) }) else { throw Refusal.notFound }
        if self == .start {
            guard record.state.isEditable else { return .tooLate(record) }
            let filter = try AudienceFilter(json: record.audienceFilter)
            let configuration = actor.site.configuration
            let facts = try await actor.read {
                try CampaignFacts($0, template: record.templateID, filter: filter, configuration: configuration)
            }
            if let obstacle = facts.obstacles.first { return .obstacle(obstacle, record) }
        }
        let isDone = try await actor.write { scope in
            switch self {
            case .start: try scope.startCampaignNow(id)
            case .pause: try scope.pauseCampaign(id)
            case .resume: try scope.resumeCampaign(id)
            case .cancel: try scope.cancelCampaign(id)
            }
        }
        guard isDone else { return .tooLate(record) }
        actor.logger.info("Campaign \(verb)", metadata: ["campaign.id": "\(id)"])
        actor.site.wake()
        return .done(record)
    }

    private var verb: String {
        switch self {
        case .start: "started"
        case .pause: "paused"
        case .resume: "resumed"
        case .cancel: "cancelled"
        }
    }
}
