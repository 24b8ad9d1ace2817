public import Campaigns

/// What `martlet send` does with its ledger: one account, one sender, one template, one campaign.
extension Transaction {
    /// Takes away whatever a run that never began to send left behind.
    public func emptyLedger() throws { try run("DELETE FROM account") }

    public func createAccount(named name: String) throws -> Account.ID {
        let now = try now
        return try one("INSERT INTO account (name, created_at) VALUES (\(name), \(now)) RETURNING id") { try $0.id(0) }
    }

    /// The ledger's one campaign.
    public func onlyCampaign() throws -> CampaignRecord? {
        try first("SELECT \(CampaignRecord.columns) FROM campaign ORDER BY id LIMIT 1", CampaignRecord.init)
    }

    /// How many messages are in each state, over all accounts.
    public func siteTally() throws -> Tally {
        var tally = Tally()
        try forEach("SELECT state, SUM(messages) FROM campaign_tally GROUP BY state") {
            tally.add(try $0.int(1), to: try $0.value(0))
        }
        return tally
    }
}

/// One row of a file of recipients, checked.
public struct CheckedRecipient: Sendable, Hashable {
    public var fields: RecipientFields
    /// `EmailAddress.key`.
    public var key: String

    public init(fields: RecipientFields, key: String) {
        self.fields = fields
        self.key = key
    }
}

/// A message that did not arrive for certain.
public struct TroubledMessage: Sendable, Hashable {
    public var email: String
    public var state: MessageState
    /// The server's words, or ours.
    public var reason: String
}

extension AccountScope {
    /// Adds recipients; of an address that is there already all fields are replaced.
    ///
    /// - Returns: how many were new.
    @discardableResult
    public func upsertRecipients(_ recipients: [CheckedRecipient]) throws -> Int {
        // Of an address that comes twice the last one counts, in the first one's place.
        var places: [String: Int] = [:]
        var different: [CheckedRecipient] = []
        for recipient in recipients {
            if let place = places[recipient.key] {
                different[place] = recipient
            } else {
                places[recipient.key] = different.count
                different.append(recipient)
            }
        }
        try lockRecipients()
        let known = try self.recipients(withKeys: different.map(\.key))
        var new: [(key: String, fields: RecipientFields)] = []
        var old: [(id: Recipient.ID, fields: RecipientFields)] = []
        for recipient in different {
            if let found = known[recipient.key] {
                old.append((found.id, recipient.fields))
            } else {
                new.append((recipient.key, recipient.fields))
            }
        }
        try setFields(old)
        try insertRecipients(new, createdAt: try transaction.now)
        return new.count
    }

    /// The first messages of a campaign that failed, are unknown, were called off or set aside, in the order of states.
    public func trouble(of campaign: Campaign.ID, limit: Int) throws -> [TroubledMessage] {
        try transaction.rows(
            """
            SELECT email, state, reason FROM message WHERE account_id = \(id) AND campaign_id = \(campaign)
                AND \(MessageState.isInTrouble)
            ORDER BY state, recipient_id LIMIT \(limit)
            """
        ) { TroubledMessage(email: try $0.string(0), state: try $0.value(1), reason: try $0.string(2)) }
    }

    /// When the next message that waits may be tried; nil when none waits.
    public func nextAttempt(of campaign: Campaign.ID) throws -> Instant? {
        try transaction.first(
            """
            SELECT next_at FROM message WHERE campaign_id = \(campaign) AND state = 'ready' ORDER BY next_at LIMIT 1
            """
        ) { try $0.instant(0) }
    }
}
