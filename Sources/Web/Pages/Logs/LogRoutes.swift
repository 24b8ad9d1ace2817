import CSV
import Campaigns
import HTTPTypes
import Hummingbird
import NIOCore
import Persistence

/// The log of all attempts, and its export.
func addLogRoutes(to routes: Routes) {
    routes.get("/logs/") { visit in
        let filter = try await visit.attemptFilter()
        let before = Int64(visit.query["before"])
        let page = try await visit.read { [form = Form(visit.query)] scope in
            let attempts = try scope.attempts(filter, before: before, limit: LogPage.size + 1)
            var choices = try scope.newestTitles(limit: LogPage.mostChoices)
            if let chosen = filter.campaign, !choices.contains(where: { $0.id == chosen }) {
                choices += try scope.titles(of: [chosen]).values
            }
            return LogPage(
                attempts: Array(attempts.prefix(LogPage.size)), titles: try scope.titles(of: attempts),
                choices: choices,
                form: form, isFirst: before == nil, hasMore: attempts.count > LogPage.size)
        }
        return try await visit.page(page.page)
    }
    routes.get("/logs/export/") { visit in
        let filter = try await visit.attemptFilter()
        return visit.download(named: "martlet-log.csv", contentType: "text/csv; charset=utf-8") { writer in
            try await LogExport(visit: visit, filter: filter).write(to: &writer)
        }
    }
}

extension AccountScope {
    fileprivate func titles(of attempts: [AttemptRecord]) throws -> [Campaign.ID: CampaignTitle] {
        try titles(of: Set(attempts.map(\.campaignID)))
    }
}

extension Acting {
    /// The filter of the query. A campaign of another account is not found.
    func attemptFilter() async throws -> AttemptFilter {
        var filter = AttemptFilter(
            outcome: AttemptRecord.Outcome(rawValue: query["outcome"]),
            email: String(query["email"].trimmed.prefix(254)))
        if !query["campaign"].isEmpty {
            guard let id = Campaign.ID(query["campaign"]), try await read({ try $0.campaign(id) }) != nil else {
                throw Refusal.notFound
            }
            filter.campaign = id
        }
        return filter
    }
}

/// Writes the log as CSV (RFC 4180), a page of it at a time, so that its length does not matter.
struct LogExport {
    private static let pageSize = 2000

    let visit: Visit
    let filter: AttemptFilter

    func write(to writer: inout any ResponseBodyWriter) async throws {
        let csv = CSVWriter()
        var piece = CSVWriter.byteOrderMark
        csv.append(
            [
                "time", "recipient", "outcome", "code", "step", "answer", "milliseconds", "message", "server",
                "campaign",
            ], to: &piece)
        try await writer.write(ByteBuffer(bytes: piece))
        var before: Int64?
        while true {
            let filter = filter
            let place = before
            let (attempts, titles) = try await visit.read { scope in
                let attempts = try scope.attempts(filter, before: place, limit: Self.pageSize)
                return (attempts, try scope.titles(of: attempts))
            }
            guard let last = attempts.last else { return }
            piece = []
            for attempt in attempts { csv.append(Self.cells(attempt, titles), to: &piece) }
            try await writer.write(ByteBuffer(bytes: piece))
            if attempts.count < Self.pageSize { return }
            before = last.id
        }
    }

    private static func cells(_ attempt: AttemptRecord, _ titles: [Campaign.ID: CampaignTitle]) -> [String] {
        [
            Timestamp(attempt.at).machine, attempt.email, attempt.outcome.rawValue,
            attempt.code.map { String($0) } ?? "",
            attempt.step, attempt.reply, String(attempt.milliseconds), String(attempt.messageID.rawValue),
            attempt.route, titles[attempt.campaignID]?.name ?? "",
        ]
    }
}
