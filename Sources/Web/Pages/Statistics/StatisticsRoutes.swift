import Campaigns
import CSV
import Hummingbird
import NIOCore
import Persistence

/// What became of a campaign, and what its readers did.
func addStatisticsRoutes(to routes: Routes) {
    routes.get("/campaigns/compare/") { visit in try await Comparison(visit: visit).answer() }
    routes.get("/campaigns/{id}/statistics/") { visit in
        let id: Campaign.ID = try visit.id()
        guard let model = try await visit.read({ try StatisticsModel($0, id) }) else { throw Refusal.notFound }
        return try await visit.page(StatisticsPage(model: model).page)
    }
    routes.get("/campaigns/{id}/statistics/recipients/") { visit in try await ReaderList(visit: visit).answer() }
    routes.get("/campaigns/{id}/statistics/export/") { visit in try await ReaderExport(visit: visit).answer() }
}

/// What each recipient did, as CSV; written while it is read, so that its size does not matter.
struct ReaderExport {
    private static let batch = 2000

    let visit: Visit

    func answer() async throws -> Response {
        let id: Campaign.ID = try visit.id()
        guard try await visit.read({ try $0.campaign(id) }) != nil else { throw Refusal.notFound }
        let visit = visit
        return visit.download(named: "campaign-\(id).csv", contentType: "text/csv; charset=utf-8") { writer in
            let csv = CSVWriter()
            var piece = CSVWriter.byteOrderMark
            csv.append(
                [
                    "email", "state", "ended_at", "opens", "human_opens", "first_opened_at", "first_human_open_at",
                    "clicks",
                    "human_clicks", "first_clicked_at", "first_human_click_at", "unsubscribed_at",
                    "bounced_at", "complained_at", "returned_words",
                ], to: &piece)
            var last: Int64 = 0
            while true {
                let rows = try await visit.read { [last] in try $0.readers(of: id, after: last, limit: Self.batch) }
                for row in rows { csv.append(row.cells, to: &piece) }
                try await writer.write(ByteBuffer(bytes: piece))
                piece = []
                guard rows.count == Self.batch else { return }
                last = rows.last?.place(in: .all) ?? 0
            }
        }
    }
}

extension ReaderRecord {
    fileprivate var cells: [String] {
        func text(_ instant: Instant?) -> String { instant.map { Timestamp($0).machine } ?? "" }
        return [
            email, state.rawValue, text(endedAt), String(opens), String(humanOpens), text(openedAt),
            text(humanOpenedAt),
            String(clicks), String(humanClicks), text(clickedAt), text(humanClickedAt), text(unsubscribedAt),
            text(bouncedAt), text(complainedAt), returnWords,
        ]
    }
}
