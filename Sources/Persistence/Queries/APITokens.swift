public import Campaigns

/// What a program shows to act for an account, without the secret, of which only a hash is kept.
public struct APIToken: Sendable, Hashable {
    public struct ID: Identifier, SQLConvertible {
        public let rawValue: Int64; public init(rawValue: Int64) { self.rawValue = rawValue }
    }

    public enum Scope: String, Sendable, CaseIterable {
        case read
        /// Reads too.
        case write
    }

    public var id: ID
    public var account: Account.ID
    /// Who made it, and acts through it.
    public var user: User.ID
    public var userName: String
    public var name: String
    public var scope: Scope
    public var createdAt: Instant
    /// To the minute.
    public var lastUsedAt: Instant?
    /// Whether ``lastUsedAt`` is to be brought up to now.
    public var isDue: Bool

    static let columns: SQL =
        "t.id, t.account_id, t.user_id, u.user_name, t.name, t.scope, t.created_at, t.last_used_at"

    init(_ row: any Row, now: Instant) throws {
        id = try row.id(0)
        account = try row.id(1)
        user = try row.id(2)
        userName = try row.string(3)
        name = try row.string(4)
        scope = try row.value(5)
        createdAt = try row.instant(6)
        lastUsedAt = try row.optionalInstant(7)
        isDue = lastUsedAt.map { now - $0 >= .seconds(60) } ?? true
    }
}

extension Transaction {
    /// The token of a secret, as long as whoever made it is active.
    public func apiToken(hash: [UInt8]) throws -> APIToken? {
        let now = try now
        return try first(
            """
            SELECT \(APIToken.columns) FROM api_token t JOIN users u ON u.id = t.user_id AND u.account_id = t.account_id
            WHERE t.token_hash = \(hash) AND u.is_active = 1
            """
        ) { try APIToken($0, now: now) }
    }
}

extension AccountScope {
    /// The most tokens of an account.
    public static var mostAPITokens: Int { 100 }

    /// The newest first.
    public func apiTokens() throws -> [APIToken] {
        let now = try transaction.now
        return try transaction.rows(
            """
            SELECT \(APIToken.columns) FROM api_token t JOIN users u ON u.id = t.user_id
            WHERE t.account_id = \(id) ORDER BY t.id DESC LIMIT \(Self.mostAPITokens)
            """
        ) { try APIToken($0, now: now) }
    }

    /// - Returns: `nil` when the account has ``mostAPITokens`` already.
    public func addAPIToken(
        name: String, scope: APIToken.Scope, hash: [UInt8], user: User.ID
    ) throws -> APIToken.ID? {
        guard try transaction.count("SELECT COUNT(*) FROM api_token WHERE account_id = \(id)") < Self.mostAPITokens
        else { return nil }
        let now = try transaction.now
        return try transaction.one(
            """
            INSERT INTO api_token (account_id, user_id, name, scope, token_hash, created_at)
            VALUES (\(id), \(user), \(name), \(scope.rawValue), \(hash), \(now)) RETURNING id
            """
        ) { try $0.id(0) }
    }

    /// - Returns: whether there was such a token.
    public func removeAPIToken(_ token: APIToken.ID) throws -> Bool {
        try transaction.run("DELETE FROM api_token WHERE account_id = \(id) AND id = \(token)") > 0
    }

    public func touchAPIToken(_ token: APIToken.ID) throws {
        let now = try transaction.now
        try transaction.run("UPDATE api_token SET last_used_at = \(now) WHERE account_id = \(id) AND id = \(token)")
    }
}
