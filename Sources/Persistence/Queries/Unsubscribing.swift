public import Campaigns
internal import Mail

/// Whom a link in a mail belongs to.
public struct Subscription: Sendable, Hashable {
    public var recipient: Recipient.ID
    /// What the person is told: the address that the mail went to, as far as it is known.
    public var email: String
    /// Keys and spellings of all addresses that may be meant, that one first: the recipient may have got another one since.
    public var addresses: [Address]
    /// Whose mails these are: the from-name of the account's sender, or the account's name.
    public var accountName: String
    /// Whether the address is suppressed, for whatever reason.
    public var isSuppressed: Bool
    /// Whether the person did that: only then may a link undo it.
    public var isUnsubscribed: Bool

    public struct Address: Sendable, Hashable {
        public var key: String
        public var email: String
    }
}

extension AccountScope {
    /// Whom a mail went to: as the message says, and as the recipient is called now. Where the campaign was deleted, the
    /// addresses that the recipient had count as well, also of one who was deleted; `nil` when nothing of all that is left.
    public func subscription(campaign: Campaign.ID, recipient: Recipient.ID) throws -> Subscription? {
        let written = try transaction.first(
            """
            SELECT email FROM message
            WHERE account_id = \(id) AND campaign_id = \(campaign) AND recipient_id = \(recipient)
            """
        ) { try $0.string(0) }
        let known = try transaction.first(
            "SELECT email FROM recipient WHERE account_id = \(id) AND id = \(recipient)"
        ) { try $0.string(0) }
        // Of a mail that is gone one of these may be the address; the present one comes last, because who has an old mail need
        // not learn of it.
        let former = written == nil ? try formerAddresses(of: recipient) : []
        var addresses: [Subscription.Address] = []
        for email in [written].compactMap(\.self) + former + [known].compactMap(\.self) {
            guard let key = try? EmailAddress(email).key, !addresses.contains(where: { $0.key == key }) else {
                continue
            }
            addresses.append(Subscription.Address(key: key, email: email))
        }
        guard let first = addresses.first else { return nil }
        let reasons = try transaction.rows(
            """
            SELECT reason FROM suppression
            WHERE account_id = \(id) AND email_key IN (\(transaction.dialect.texts(addresses.map(\.key))))
            """
        ) { try $0.string(0) }
        return Subscription(
            recipient: recipient, email: first.email, addresses: addresses, accountName: try publicName(),
            isSuppressed: reasons.count == addresses.count,
            isUnsubscribed: reasons.contains("unsubscribed"))
    }

    /// Never mails this address again: what waits for it is called off in the same transaction, what is imported later
    /// stays suppressed. A second call changes nothing.
    public func unsubscribe(_ subscription: Subscription) throws {
        var reasons: [String: SuppressionReason] = [:]
        for address in subscription.addresses.sorted(by: { $0.key < $1.key }) {
            try suppress(key: address.key, email: address.email, reason: .unsubscribed)
            reasons[address.key] = .unsubscribed
        }
        var changes = TallyChanges()
        try callOffMails(to: reasons, also: [subscription.recipient], &changes)
        try transaction.apply(changes)
    }

    /// The same, and counts it for the campaign whose mail it was: by its link, its button or its address.
    public func unsubscribe(_ subscription: Subscription, by campaign: Campaign.ID) throws {
        try unsubscribe(subscription)
        try countUnsubscribed(campaign: campaign, recipient: subscription.recipient)
    }

    /// Keeps what the person says about it, for the account to read.
    /// - Returns: whether there is an unsubscription that it belongs to.
    public func noteUnsubscription(_ subscription: Subscription, _ words: String) throws -> Bool {
        try transaction.run(
            """
            UPDATE suppression SET note = \(words)
            WHERE account_id = \(id) AND reason = 'unsubscribed'
                AND email_key IN (\(transaction.dialect.texts(subscription.addresses.map(\.key))))
            """) > 0
    }

    /// Takes back what the person did by mistake; another reason stands. What was called off stays so.
    /// - Returns: whether anything changed.
    public func resubscribe(_ subscription: Subscription) throws -> Bool {
        var isChanged = false
        for address in subscription.addresses.sorted(by: { $0.key < $1.key }) {
            let isBack = try removeSuppression(ofKey: address.key, because: "", by: "", only: [.unsubscribed])
            isChanged = isChanged || isBack
        }
        return isChanged
    }

    /// Calls off what has not reached the dot, in all campaigns under way. A recipient's address may have changed since a
    /// campaign froze it, so each message's own one decides.
    ///
    /// - Parameters:
    ///   - keys: of suppressed addresses, and why.
    ///   - recipients: whose messages are looked at besides those of the recipients that have these addresses, or had them.
    func callOffMails(
        to keys: [String: SuppressionReason], also recipients: [Recipient.ID] = [], _ changes: inout TallyChanges
    ) throws {
        guard !keys.isEmpty else { return }
        try holdCampaigns()
        let underWay: SQL = "c.account_id = \(id) AND c.state IN ('planning', 'sending', 'paused')"
        guard try transaction.first("SELECT 1 FROM campaign c WHERE \(underWay) LIMIT 1", { _ in true }) != nil else {
            return
        }
        // Held, those that cannot be called off too: whoever claims one at this moment, or makes one ready again, is waited for, or
        // sees later that its address is suppressed.
        let texts = transaction.dialect.texts(keys.keys.sorted())
        let waiting = try transaction.rows(
            """
            SELECT id, campaign_id, state, email FROM message
            WHERE account_id = \(id) AND state IN ('ready', 'claimed', 'dotted', 'unknown', 'quarantined')
                AND campaign_id IN (SELECT c.id FROM campaign c WHERE \(underWay))
                AND recipient_id IN (
                    SELECT r.id FROM recipient r
                    WHERE r.account_id = \(id) AND r.email_key IN (\(texts))
                    UNION SELECT f.recipient_id FROM former_address f
                    WHERE f.account_id = \(id) AND f.email_key IN (\(texts))
                    UNION \(transaction.dialect.integers(recipients.map(\.rawValue))))
            ORDER BY id \(transaction.dialect.lockingRows)
            """
        ) {
            (
                message: try $0.id(0, as: Message.ID.self), campaign: try $0.id(1, as: Campaign.ID.self),
                state: try $0.value(2, as: MessageState.self), email: try $0.string(3)
            )
        }
        let now = try transaction.now
        for message in waiting where message.state == .ready || message.state == .claimed {
            guard let key = try? EmailAddress(message.email).key, let reason = keys[key] else { continue }
            let changed = try transaction.run(
                """
                UPDATE message SET state = 'cancelled', epoch = NULL, ended_at = \(now), reason = \(reason.rawValue)
                WHERE account_id = \(id) AND id = \(message.message) AND state = \(message.state)
                """)
            changes.move(changed, id, message.campaign, from: message.state, to: .cancelled)
        }
    }

    /// A piece of planning that began before an address was suppressed must be there to be called off; later ones see that it is
    /// suppressed, also those of a campaign that is started, or goes on, at this moment. Before any message is changed.
    func holdCampaigns() throws {
        _ = try transaction.rows(
            """
            SELECT id FROM campaign WHERE account_id = \(id) AND state IN ('draft', 'scheduled', 'planning', 'paused')
            ORDER BY id \(transaction.dialect.sharingRows)
            """
        ) { _ in true }
    }

    /// Which of these messages are to addresses that get nothing any more. A mail that awaits the server's answer, or of which
    /// nobody knows whether it arrived, could not be called off when its address was suppressed: whoever makes it ready again
    /// asks first, with its row held.
    func suppressed(_ messages: [(id: Message.ID, email: String)]) throws -> [Message.ID: SuppressionReason] {
        var keys: [String: [Message.ID]] = [:]
        for message in messages {
            if let key = try? EmailAddress(message.email).key { keys[key, default: []].append(message.id) }
        }
        var reasons: [Message.ID: SuppressionReason] = [:]
        guard !keys.isEmpty else { return reasons }
        try transaction.forEach(
            """
            SELECT email_key, reason FROM suppression
            WHERE account_id = \(id) AND email_key IN (\(transaction.dialect.texts(keys.keys.sorted())))
            """
        ) { row in
            let reason = SuppressionReason(rawValue: try row.string(1)) ?? .blocked
            for message in keys[try row.string(0)] ?? [] { reasons[message] = reason }
        }
        return reasons
    }

    private func publicName() throws -> String {
        if let sender = try defaultSender(), !sender.fromName.isEmpty { return sender.fromName }
        return try transaction.first("SELECT name FROM account WHERE id = \(id)") { try $0.string(0) } ?? ""
    }
}
