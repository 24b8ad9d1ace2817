import Campaigns
import Hummingbird
import Persistence

/// One campaign, and the stream that keeps its page up to date.
struct CampaignDetail {
    let visit: Visit

    func answer() async throws -> Response {
        let overview = try await overview()
        return try await visit.page(CampaignPage(overview: overview).page)
    }

    /// Sends the moving parts once a second, as far as they change, and ends when nothing moves any more.
    func live() async throws -> Response {
        let id: Campaign.ID = try visit.id()
        _ = try await overview()
        return try await visit.events { [visit] in
            guard let overview = try await visit.read({ try CampaignOverview($0, id) }) else { return [] }
            var events = [
                ServerEvent(name: "progress", html: CampaignProgress(overview: overview).html),
                ServerEvent(name: "actions", html: CampaignButtons(overview).html),
                ServerEvent(name: "facts", html: CampaignPage(overview: overview).facts),
            ]
            if overview.isSettled { events.append(ServerEvent(name: "done", html: "", isLast: true)) }
            return events
        }
    }

    private func overview() async throws -> CampaignOverview {
        let id: Campaign.ID = try visit.id()
        guard let overview = try await visit.read({ try CampaignOverview($0, id) }) else { throw Refusal.notFound }
        return overview
    }
}
