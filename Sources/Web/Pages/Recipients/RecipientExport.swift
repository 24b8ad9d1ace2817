import CSV
import Campaigns
import Hummingbird
import NIOCore
import Persistence

/// All recipients that match as CSV, in the form that an upload understands. Written while it is read, a thousand at a
/// time, so that its size does not matter; formulas that a spreadsheet would run are made text.
struct RecipientExport {
    private static let batch = 1000

    let visit: Visit

    func answer() -> Response {
        let filter = RecipientQuery(visit.query).filter
        let visit = visit
        return visit.download(named: "recipients.csv", contentType: "text/csv; charset=utf-8") { writer in
            let csv = CSVWriter()
            var piece = CSVWriter.byteOrderMark
            csv.append(RecipientField.allCases.map(\.rawValue), to: &piece)
            var last: Recipient.ID?
            while true {
                let rows = try await visit.read { [last] in
                    try $0.recipients(filter, after: last, limit: Self.batch)
                }
                for row in rows { csv.append(row.fields.values, to: &piece) }
                try await writer.write(ByteBuffer(bytes: piece))
                piece = []
                guard rows.count == Self.batch else { return }
                last = rows.last?.id
            }
        }
    }
}
