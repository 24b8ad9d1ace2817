public import Campaigns
internal import FailPoints

/// What of another installation has an own entry in the book of origins.
public enum OriginEntity: String, Sendable {
    case template, recipient
    /// The campaign is there; 0 is what djangoMailer had without a campaign.
    case campaign
    /// All of the campaign is there.
    case campaignDone = "campaign_done"
    /// The last log entry of a campaign (by the campaign's id) that is there.
    case log
    /// The last bounce or complaint that is there (id 0).
    case event
    /// The last opening or click of a campaign (by the campaign's id) that is there.
    case reading
    /// The last recipient about whom all is told (id 0).
    case told
}

extension Transaction {
    /// The account that a user of another installation has become.
    public func account(from installation: String, user: Int64) throws -> Account.ID? {
        try first(
            "SELECT account_id FROM origin_account WHERE installation = \(installation) AND origin_id = \(user)"
        ) { try $0.id(0) }
    }

    /// Accounts that came from other installations, with their entries, are forgotten nowhere but by deleting them.
    func rememberOrigin(of account: Account.ID, installation: String, user: Int64) throws {
        try run(
            """
            INSERT INTO origin_account (installation, origin_id, account_id) VALUES (\(installation), \(user), \(account))
            """)
    }

    /// A hash of djangoMailer's that is still in use: that user has not logged in since.
    public func legacyPasswordHash() throws -> String? {
        try first(
            """
            SELECT password_hash FROM users WHERE password_hash >= 'pbkdf2_sha256$' AND password_hash < 'pbkdf2_sha256%'
            LIMIT 1
            """
        ) { try $0.string(0) }
    }
}

extension AccountScope {
    /// What these rows of the origin have become here, as far as they are here.
    public func origins(_ entity: OriginEntity, _ ids: some Sequence<Int64>) throws -> [Int64: Int64] {
        var found: [Int64: Int64] = [:]
        try transaction.forEach(
            """
            SELECT origin_id, local_id FROM origin WHERE account_id = \(id) AND entity = \(entity.rawValue)
                AND \(transaction.dialect.among("origin_id", ids))
            """
        ) { found[try $0.int64(0)] = try $0.int64(1) }
        return found
    }

    public func rememberOrigins(_ entity: OriginEntity, _ pairs: some Sequence<(Int64, Int64)>) throws {
        let account = id.sqlValue
        try transaction.insert(
            into: "origin", columns: ["account_id", "entity", "origin_id", "local_id"],
            rows: pairs.lazy.map { [account, .text(entity.rawValue), .integer($0.0), .integer($0.1)] })
        FailPoint.duringImport.pass()
    }

    /// For a place that moves on.
    public func setOrigin(_ entity: OriginEntity, _ origin: Int64, to local: Int64) throws {
        try transaction.run(
            """
            INSERT INTO origin (account_id, entity, origin_id, local_id)
            VALUES (\(id), \(entity.rawValue), \(origin), \(local))
            ON CONFLICT (account_id, entity, origin_id) DO UPDATE SET local_id = excluded.local_id
            """)
        FailPoint.duringImport.pass()
    }
}
