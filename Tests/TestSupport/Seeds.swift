public import Campaigns
public import Persistence

/// An account with a sender and a template, ready to have recipients and campaigns.
public struct SeededAccount: Sendable {
    public let account: Account.ID
    public let sender: Sender.ID
    public let template: Template.ID
    let database: any Database

    public init(
        _ database: any Database, name: String = "Acme", fromEmail: String = "news@acme.example",
        subject: String = "Offer for {company}", html: String = "<p>Dear {first_name|friend},</p><p>hello.</p>"
    ) async throws {
        self.database = database
        (account, sender, template) = try await database.write { tx in
            let now = try tx.now
            let account = try tx.one("INSERT INTO account (name, created_at) VALUES (\(name), \(now)) RETURNING id") {
                try $0.id(0, as: Account.ID.self)
            }
            let sender = try tx.account(account).createRehearsalSender(fromName: name, fromEmail: fromEmail)
            let template = try tx.one(
                """
                INSERT INTO template (account_id, name, subject, html, created_at, updated_at)
                VALUES (\(account), 'Offer', \(subject), \(html), \(now), \(now)) RETURNING id
                """
            ) { try $0.id(0, as: Template.ID.self) }
            return (account, sender, template)
        }
    }

    /// Recipients `person1@example.org` … with first names, all in one company.
    public func addRecipients(_ count: Int, company: String = "Example") async throws {
        let account = account
        try await database.write { tx in
            let recipients = (1...count).map { number in
                let email = "person\(number)@example.org"
                return (
                    key: email,
                    fields: RecipientFields(email: email, firstName: "Person \(number)", company: company)
                )
            }
            try tx.account(account).insertRecipients(recipients, createdAt: try tx.now)
        }
    }

    /// Recipients with these addresses.
    public func addRecipients(_ emails: [String]) async throws {
        let account = account
        try await database.write { tx in
            let recipients = emails.map { (key: $0.lowercased(), fields: RecipientFields(email: $0)) }
            try tx.account(account).insertRecipients(recipients, createdAt: try tx.now)
        }
    }

    /// Turns the sender into one that sends directly to the recipients' servers.
    public func sendDirectly(_ change: @escaping @Sendable (inout SenderRecord) -> Void = { _ in }) async throws {
        try await changeSender {
            $0.kind = .direct
            $0.maxPerHour = 1_000_000
            change(&$0)
        }
    }

    public func read<Value: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Value) async throws
        -> Value
    {
        try await database.read { try body($0) }
    }

    /// All attempts, the first one first.
    public func attempts() async throws -> [AttemptRecord] {
        let account = account
        return try await database.read { try $0.account(account).attempts(AttemptFilter(), limit: 1000).reversed() }
    }

    /// Somebody who could log in, had they a password.
    public func addUser(_ name: String, isAdministrator: Bool) async throws {
        let account = account
        try await database.write { tx in
            let email = "\(name)@example.org"
            _ = try tx.run(
                """
                INSERT INTO users (account_id, user_name, user_key, email, email_key, password_hash, is_administrator,
                    created_at)
                VALUES (\(account), \(name), \(name), \(email), \(email), '', \(isAdministrator), \(try tx.now))
                """)
        }
    }

    /// Turns the sender into an SMTP sender without encryption, for servers on this machine.
    public func sendOverSMTP(host: String = "127.0.0.1", port: Int, maxPerHour: Int = 1_000_000, connections: Int = 4)
        async throws
    {
        try await changeSender {
            $0.kind = .smtp
            $0.host = host
            $0.port = port
            $0.security = .none
            $0.maxPerHour = maxPerHour
            $0.maxConnections = connections
        }
    }

    public func changeSender(_ change: @escaping @Sendable (inout SenderRecord) -> Void) async throws {
        let (account, sender) = (account, sender)
        try await database.write { tx in
            guard var record = try tx.account(account).sender(sender) else { throw DatabaseFault.noRow }
            change(&record)
            try tx.account(account).update(record)
        }
    }

    /// A campaign that is due now.
    public func startCampaign(filter: AudienceFilter = AudienceFilter()) async throws -> Campaign.ID {
        let (account, sender, template) = (account, sender, template)
        return try await database.write { tx in
            let now = try tx.now
            return try tx.account(account).createCampaign(
                CampaignDraft(
                    name: "Campaign", templateID: template, senderID: sender, audienceFilter: filter.json,
                    scheduledAt: now))
        }
    }

    public func campaign(_ id: Campaign.ID) async throws -> CampaignRecord {
        let account = account
        return try await database.read { tx in
            guard let record = try tx.account(account).campaign(id) else { throw DatabaseFault.noRow }
            return record
        }
    }

    /// The counters, after checking that they are what the rows say.
    public func tally(_ campaign: Campaign.ID) async throws -> Tally {
        let account = account
        return try await database.read { tx in
            let tally = try tx.account(account).tally(campaign)
            let rows = try tx.rows(
                "SELECT state, COUNT(*) FROM message WHERE campaign_id = \(campaign) GROUP BY state"
            ) { (try $0.value(0, as: MessageState.self), try $0.int(1)) }
            for (state, count) in rows where tally[state] != count {
                throw TallyMismatch(state: state, counted: tally[state], rows: count)
            }
            if rows.reduce(0, { $0 + $1.1 }) != tally.total {
                throw TallyMismatch(state: .ready, counted: tally.total, rows: rows.reduce(0) { $0 + $1.1 })
            }
            return tally
        }
    }
}

public struct TallyMismatch: Error {
    public let state: MessageState
    public let counted: Int
    public let rows: Int
}
