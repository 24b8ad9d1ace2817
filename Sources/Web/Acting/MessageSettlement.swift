import Campaigns
import Logging
import Persistence

/// A person's decision about messages of which nobody knows whether they arrived, or that were set aside.
struct MessageSettlement {
    /// How long a mail that is sent again is tried: as long as a campaign's are.
    static let expiry = Duration.seconds(72 * 3600)

    let campaign: Campaign.ID
    /// Only this one; `nil` for all of the campaign in that state.
    let message: Message.ID?
    let state: MessageState
    let settlement: Settlement

    /// - Returns: how many were settled; 0 when it was decided already, the campaign is cancelled, or the
    ///   address gets nothing any more.
    func settle(by actor: any Acting) async throws -> Int {
        let (campaign, message, state, settlement) = (campaign, message, state, settlement)
        let isThere = try await actor.read { scope in
            try scope.campaign(campaign) != nil && message.map { try scope.message($0) != nil } ?? true
        }
        guard isThere else { throw Refusal.notFound }
        let who = actor.userName
        let settled = try await actor.write {
            try $0.settle(state, of: campaign, only: message, as: settlement, by: who, expiry: Self.expiry)
        }
        actor.logger.notice(
            "Messages settled",
            metadata: [
                "campaign.id": "\(campaign)", "settlement": "\(settlement.rawValue)", "messages": "\(settled)",
                "user.id": "\(actor.user)",
            ])
        if settlement == .again { actor.site.wake() }
        return settled
    }
}
