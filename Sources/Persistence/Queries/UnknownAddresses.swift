internal import Campaigns
internal import Mail

/// Addresses that a server refused as not existing while a mail was handed over. They get nothing more, as those whose mails
/// came back.
extension Transaction {
    /// Where nothing was refused that way, the database is asked nothing.
    func suppressUnknown(_ outcomes: [Outcome], _ changes: inout TallyChanges) throws {
        var found: [Account.ID: [String: NewSuppression]] = [:]
        for outcome in outcomes where outcome.saysAddressIsUnknown && outcome.result == .failed {
            let message = outcome.message
            guard let key = try? EmailAddress(message.email).key else { continue }
            found[message.accountID, default: [:]][key] = NewSuppression(
                key: key, email: message.email, reason: .nonexistent,
                note: RecipientFields.normalised(String(outcome.reply.prefix(300)), limit: .max),
                campaign: message.campaignID)
        }
        // In the order of keys: two nodes never wait for each other.
        for (id, addresses) in found.sorted(by: { $0.key < $1.key }) {
            try account(id).suppressUnknown(addresses.values.sorted { $0.key < $1.key }, &changes)
        }
    }
}

extension AccountScope {
    /// Beside ``suppress(_:)``, for the ledger's group commits: waits neither for what is being planned nor for what others have
    /// in hand. A mail that is missed that way is refused once more.
    fileprivate func suppressUnknown(_ addresses: [NewSuppression], _ changes: inout TallyChanges) throws {
        try transaction.runLater(try suppressing(addresses))
        let dialect = transaction.dialect
        let texts = dialect.texts(addresses.map(\.key))
        // Looked for by campaign and recipient, not by walking over all that is ready.
        let waiting = try transaction.rows(
            """
            SELECT id, email FROM message
            WHERE account_id = \(id) AND \(dialect.stateOfOne) = 'ready'
                AND campaign_id IN (
                    SELECT c.id FROM campaign c
                    WHERE c.account_id = \(id) AND c.state IN ('planning', 'sending', 'paused'))
                AND recipient_id IN (
                    SELECT r.id FROM recipient r
                    WHERE r.account_id = \(id) AND r.email_key IN (\(texts))
                    UNION SELECT f.recipient_id FROM former_address f
                    WHERE f.account_id = \(id) AND f.email_key IN (\(texts)))
            \(dialect.skippingLockedRows)
            """
        ) { (id: try $0.id(0, as: Message.ID.self), email: try $0.string(1)) }
        let keys = Set(addresses.lazy.map(\.key))
        // The address may have changed since a campaign froze it.
        let meant = waiting.filter { waiting in (try? EmailAddress(waiting.email).key).map(keys.contains) ?? false }
        guard !meant.isEmpty else { return }
        let now = try transaction.now
        try transaction.forEach(
            """
            UPDATE message SET state = 'cancelled', ended_at = \(now), reason = \(SuppressionReason.nonexistent.rawValue)
            WHERE account_id = \(id) AND \(dialect.among("id", meant.map(\.id.rawValue)))
                AND \(dialect.stateOfOne) = 'ready'
            RETURNING campaign_id
            """
        ) { changes.move(1, id, try $0.id(0), from: .ready, to: .cancelled) }
    }
}
