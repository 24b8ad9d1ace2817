import CSV
import Campaigns
import Hummingbird
import NIOCore
import Persistence

/// All suppressed addresses that match as CSV, in the form that an import understands; written while it is read.
struct SuppressionExport {
    private static let batch = 1000

    let visit: Visit

    func answer() -> Response {
        let filter = SuppressionFilter(query: visit.query)
        let visit = visit
        return visit.download(named: "suppressions.csv", contentType: "text/csv; charset=utf-8") { writer in
            let csv = CSVWriter()
            var piece = CSVWriter.byteOrderMark
            csv.append(["email", "reason", "note", "since"], to: &piece)
            var place: SuppressionPlace?
            while true {
                let rows = try await visit.read { [place] in
                    try $0.suppressions(filter, after: place, limit: Self.batch)
                }
                for row in rows {
                    csv.append(
                        [
                            row.email, row.suppression.reason.rawValue, row.suppression.note,
                            RFC3339Time.text(row.suppression.since),
                        ], to: &piece)
                }
                try await writer.write(ByteBuffer(bytes: piece))
                piece = []
                guard rows.count == Self.batch else { return }
                place = rows.last?.place
            }
        }
    }
}
