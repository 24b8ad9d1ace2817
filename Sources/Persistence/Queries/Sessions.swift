public import Campaigns

/// A session with the person it belongs to.
public struct SessionRow: Sendable {
    public var user: User.ID
    public var account: Account.ID
    public var userName: String
    public var email: String
    public var isAdministrator: Bool
    /// What the forms of this session carry.
    public var csrf: String
    /// What the next page has to say, as JSON; empty for nothing.
    public var flash: String
    public var seenAt: Instant
    /// Whether this account's default sender only rehearses.
    public var isRehearsing: Bool
    /// What happened to the account since this person looked (``Notice``), up to some hundred.
    public var unseenNotices: Int
    /// When they did.
    public var noticesSeenAt: Instant
}

extension Transaction {
    /// The session of a token, when it has not expired and its user is active.
    public func session(tokenHash: [UInt8]) throws -> SessionRow? {
        try first(
            """
            SELECT u.id, u.account_id, u.user_name, u.email, u.is_administrator, s.csrf, s.flash, s.seen_at,
                   COALESCE((SELECT kind FROM sender WHERE account_id = u.account_id ORDER BY id LIMIT 1), ''),
                   \(Notice.unseen), u.notices_seen_at
            FROM session s JOIN users u ON u.id = s.user_id
            WHERE s.token_hash = \(tokenHash) AND s.expires_at > \(try now) AND u.is_active = 1
            """
        ) { row in
            SessionRow(
                user: try row.id(0), account: try row.id(1), userName: try row.string(2), email: try row.string(3),
                isAdministrator: try row.bool(4), csrf: try row.string(5), flash: try row.string(6),
                seenAt: try row.instant(7), isRehearsing: try row.string(8) == "rehearsal",
                unseenNotices: try row.int(9), noticesSeenAt: try row.instant(10))
        }
    }

    /// Begins a session; expired ones are removed on the way.
    public func addSession(tokenHash: [UInt8], csrf: String, user: User.ID, lifetime: Duration) throws {
        let now = try now
        try run("DELETE FROM session WHERE expires_at <= \(now)")
        try run(
            """
            INSERT INTO session (token_hash, user_id, csrf, created_at, seen_at, expires_at)
            VALUES (\(tokenHash), \(user), \(csrf), \(now), \(now), \(now + lifetime))
            """)
    }

    /// Lets the session live on from now.
    public func touchSession(tokenHash: [UInt8], lifetime: Duration) throws {
        let now = try now
        try run("UPDATE session SET seen_at = \(now), expires_at = \(now + lifetime) WHERE token_hash = \(tokenHash)")
    }

    /// As it is now; another request may have changed it since the session was read.
    public func flash(tokenHash: [UInt8]) throws -> String {
        try first("SELECT flash FROM session WHERE token_hash = \(tokenHash)") { try $0.string(0) } ?? ""
    }

    public func setFlash(_ flash: String, tokenHash: [UInt8]) throws {
        try run("UPDATE session SET flash = \(flash) WHERE token_hash = \(tokenHash)")
    }

    public func removeSession(tokenHash: [UInt8]) throws {
        try run("DELETE FROM session WHERE token_hash = \(tokenHash)")
    }

    /// Logs a user out everywhere.
    public func removeSessions(of user: User.ID) throws { try run("DELETE FROM session WHERE user_id = \(user)") }
}
