import Campaigns
import Hummingbird
import Persistence

/// The buttons beside messages that wait for a person's decision.
struct MessageSettling {
    let visit: Visit

    func answer() async throws -> Response {
        let id: Campaign.ID = try visit.id()
        let message: Message.ID? = visit.form["message"].isEmpty ? nil : try visit.formID("message")
        guard let settlement = Settlement(rawValue: visit.form["settlement"]),
            let state = MessageState(rawValue: visit.form["state"])
        else { throw Refusal.notFound }
        let settled = try await MessageSettlement(
            campaign: id, message: message, state: state, settlement: settlement
        ).settle(by: visit)
        let path = "/campaigns/\(id)/messages/?state=\(state.rawValue)"
        guard settled > 0 else {
            return try await visit.redirect(
                to: path,
                saying:
                    "Nothing was changed: it was decided already, the campaign is cancelled, or the address is suppressed by now.",
                as: .warning)
        }
        return try await visit.redirect(to: path, saying: Self.sentence(settlement, settled))
    }

    private static func sentence(_ settlement: Settlement, _ count: Int) -> Phrase {
        switch settlement {
        case .delivered:
            .counted(
                count, one: "\(count) mail is marked as delivered.", other: "\(count) mails are marked as delivered.")
        case .again: .counted(count, one: "\(count) mail is sent again.", other: "\(count) mails are sent again.")
        }
    }
}
