import Campaigns
import Persistence

/// Mails of a rehearsal that have ended: no server has them.
enum RehearsedMails {
    static let explanation: Phrase = "Kept here, not sent."
    static var badge: HTML { #"<span class="badge" data-state="rehearsal">\#(t: "Rehearsed")</span>"# }
}

/// A row of a list of mails.
protocol MailRow {
    var id: Message.ID { get }
    var state: MessageState { get }
    var reason: String { get set }
}

extension MessageRecord: MailRow {}
extension MessageSummary: MailRow {}

extension AccountScope {
    /// Rows in which those of rehearsals say so in the place of a reason.
    func notingRehearsals<Row: MailRow>(_ rows: [Row]) throws -> [Row] {
        let rehearsed = try rehearsed(among: rows.filter { $0.state == .delivered }.map(\.id))
        return rows.map { row in
            var row = row
            if rehearsed.contains(row.id) { row.reason = Rehearsal.reply }
            return row
        }
    }
}
