import Campaigns
import Hummingbird
import Logging
import Persistence

/// A person's decision about messages of which nobody knows whether they arrived, or that were set aside.
struct MessageSettling {
    /// How long a mail that is sent again is tried: as long as a campaign's are.
    static let expiry = Duration.seconds(72 * 3600)

    let visit: Visit

    func answer() async throws -> Response {
        let id: Campaign.ID = try visit.id()
        let message: Message.ID? = visit.form["message"].isEmpty ? nil : try visit.formID("message")
        guard let settlement = Settlement(rawValue: visit.form["settlement"]),
            let state = MessageState(rawValue: visit.form["state"]),
            try await visit.read({ scope in
                try scope.campaign(id) != nil && message.map { try scope.message($0) != nil } ?? true
            })
        else { throw Refusal.notFound }
        let who = visit.session.userName
        let settled = try await visit.write {
            try $0.settle(state, of: id, only: message, as: settlement, by: who, expiry: Self.expiry)
        }
        visit.logger.notice(
            "Messages settled",
            metadata: [
                "campaign.id": "\(id)", "settlement": "\(settlement.rawValue)", "messages": "\(settled)",
                "user.id": "\(visit.user)",
            ])
        if settlement == .again { visit.site.wake() }
        let path = "/campaigns/\(id)/messages/?state=\(state.rawValue)"
        guard settled > 0 else {
            return try await visit.redirect(
                to: path, saying: "Nothing was changed: it was decided already, or the campaign is cancelled.",
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
