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
        let now = try transaction.now
        let before = try recipientCount()
        for recipient in recipients {
            let fields = recipient.fields
            try transaction.run(
                """
                INSERT INTO recipient (account_id, email, email_key, first_name, last_name, company, country, city,
                    free_field1, free_field2, free_field3, search, created_at, updated_at)
                VALUES (\(id), \(fields.email), \(recipient.key), \(fields.firstName), \(fields.lastName),
                    \(fields.company), \(fields.country), \(fields.city), \(fields.freeField1), \(fields.freeField2),
                    \(fields.freeField3), \(fields.searchText), \(now), \(now))
                ON CONFLICT (account_id, email_key) DO UPDATE SET email = excluded.email,
                    first_name = excluded.first_name, last_name = excluded.last_name, company = excluded.company,
                    country = excluded.country, city = excluded.city, free_field1 = excluded.free_field1,
                    free_field2 = excluded.free_field2, free_field3 = excluded.free_field3, search = excluded.search,
                    updated_at = excluded.updated_at
                """)
        }
        return try recipientCount() - before
    }

    public func addTemplate(name: String, subject: String, html: String, plainText: String) throws -> Template.ID {
        let now = try transaction.now
        return try transaction.one(
            """
            INSERT INTO template (account_id, name, subject, html, plain_text, created_at, updated_at)
            VALUES (\(id), \(name), \(subject), \(html), \(plainText), \(now), \(now)) RETURNING id
            """
        ) { try $0.id(0) }
    }

    /// The first messages of a campaign that failed, are unknown, were called off or set aside, in the order of states.
    public func trouble(of campaign: Campaign.ID, limit: Int) throws -> [TroubledMessage] {
        try transaction.rows(
            """
            SELECT email, state, reason FROM message WHERE account_id = \(id) AND campaign_id = \(campaign)
                AND state IN ('failed', 'unknown', 'cancelled', 'quarantined')
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
