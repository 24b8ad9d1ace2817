import Campaigns
import Hummingbird
import Persistence

/// The buttons of a campaign.
struct CampaignActing {
    let visit: Visit

    func start() async throws -> Response { try await run(.start, "The campaign starts.") }

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
