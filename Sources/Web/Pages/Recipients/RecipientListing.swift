import Campaigns
import Hummingbird
import Persistence

/// The account's recipients, a page at a time.
struct RecipientListing {
    static let pageSize = 50

    let visit: Visit

    func answer() async throws -> Response {
        let asked = RecipientQuery(visit.query)
        let (total, query, page) = try await visit.read { account in
            let total = try account.recipientCount()
            var query = asked
            if !RecipientOrder.isOffered(query.order.key, among: total) { query.order = .newest }
            let page = try account.recipientPage(
                query.filter, order: query.order, at: query.place, limit: Self.pageSize)
            return (total, query, page)
        }
        let model = RecipientList(
            query: query, total: total, matching: page.matching, rows: page.rows,
            previous: page.previous.map { query.at($0).address() }, next: page.next.map { query.at($0).address() })
        return try await visit.page(model.page)
    }
}

/// What the list shows.
struct RecipientList {
    var query: RecipientQuery
    var total: Int
    var matching: BoundedCount
    var rows: [RecipientRecord]
    var previous: String?
    var next: String?

    /// How many there are, in words.
    var count: Phrase {
        switch matching {
        case .exactly(let count) where query.filter.isEmpty:
            .counted(count, one: "\(count) recipient", other: "\(count) recipients")
        case .exactly(let count):
            .counted(
                count, one: "\(count) of \(total) recipients matches", other: "\(count) of \(total) recipients match")
        case .moreThan(let count): "More than \(count) of \(total) recipients match"
        }
    }

    var isFilteredByField: Bool { !query.filter.texts.isEmpty }
    /// Whether the matches are more than this page shows, so that they can be acted on as a whole.
    var canActOnAll: Bool { !rows.isEmpty && (previous != nil || next != nil || !query.filter.isEmpty) }
}
