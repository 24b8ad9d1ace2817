public import Campaigns

extension AccountScope {
    /// A message as the engine would have it, so that its very bytes can be made again and shown. `nil` when it is not this
    /// account's.
    public func messageForShowing(_ message: Message.ID) throws -> ClaimedMessage? {
        let now = try transaction.now
        return try transaction.first(
            """
            SELECT m.id, m.campaign_id, m.recipient_id, c.sender_id, c.content_id, COALESCE(m.began_at, \(now)), m.attempts,
                m.email, m.merge, c.expires_at, m.untracked
            FROM message m JOIN campaign c ON c.account_id = m.account_id AND c.id = m.campaign_id
            WHERE m.account_id = \(id) AND m.id = \(message) AND c.content_id IS NOT NULL
            """
        ) {
            ClaimedMessage(
                id: try $0.id(0), accountID: id, campaignID: try $0.id(1), recipientID: try $0.id(2),
                senderID: try $0.id(3), contentID: try $0.id(4), beganAt: try $0.instant(5), attempts: try $0.int(6),
                email: try $0.string(7), merge: try $0.string(8), expiresAt: try $0.optionalInstant(9),
                isTracked: try !$0.bool(10))
        }
    }
}
