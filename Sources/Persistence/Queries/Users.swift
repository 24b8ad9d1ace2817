public import Campaigns

/// A person who logs in, with the account.
public struct UserRow: Sendable, Equatable {
    public var id: User.ID
    public var account: Account.ID
    public var userName: String
    public var email: String
    public var isAdministrator: Bool
    public var isActive: Bool
    public var lastLoginAt: Instant?
}

/// What a new user is made from. The keys are case-folded by the caller.
public struct NewUser: Sendable {
    public var userName, userKey, email, emailKey, passwordHash: String

    public init(userName: String, userKey: String, email: String, emailKey: String, passwordHash: String) {
        self.userName = userName
        self.userKey = userKey
        self.email = email
        self.emailKey = emailKey
        self.passwordHash = passwordHash
    }
}

extension Transaction {
    private var userColumns: SQL { "id, account_id, user_name, email, is_administrator, is_active, last_login_at" }

    private func user(_ row: any Row) throws -> UserRow {
        UserRow(
            id: try row.id(0), account: try row.id(1), userName: try row.string(2), email: try row.string(3),
            isAdministrator: try row.bool(4), isActive: try row.bool(5), lastLoginAt: try row.optionalInstant(6))
    }

    /// The user whose name or address has the key, and the hash of the password.
    public func user(withKey key: String) throws -> (user: UserRow, passwordHash: String)? {
        try first(
            """
            SELECT \(userColumns), password_hash FROM users WHERE user_key = \(key)
            UNION ALL SELECT \(userColumns), password_hash FROM users WHERE email_key = \(key) AND user_key <> \(key)
            """
        ) { (try user($0), try $0.string(7)) }
    }

    public func user(_ id: User.ID) throws -> (user: UserRow, passwordHash: String)? {
        try first("SELECT \(userColumns), password_hash FROM users WHERE id = \(id)") {
            (try user($0), try $0.string(7))
        }
    }

    /// Every user of the installation, in the order of registration; for its operator.
    public func allUsers() throws -> [UserRow] { try rows("SELECT \(userColumns) FROM users ORDER BY id", user) }

    /// Whether a name or an address is taken; both share one space of keys, since either logs in.
    public func isUserKeyTaken(_ key: String) throws -> Bool {
        try count("SELECT COUNT(*) FROM users WHERE user_key = \(key) OR email_key = \(key)") > 0
    }

    public func hasUsers() throws -> Bool { try first("SELECT 1 FROM users LIMIT 1") { _ in true } ?? false }

    /// Makes a user with an account and a rehearsal sender of its own. The first user of an installation becomes its
    /// administrator.
    ///
    /// - Throws: ``DatabaseFault/duplicate`` when the name or the address is taken.
    public func addUser(_ new: NewUser, isAdministrator: Bool? = nil) throws -> UserRow {
        try lock(.registering)
        guard try !isUserKeyTaken(new.userKey), try !isUserKeyTaken(new.emailKey) else { throw DatabaseFault.duplicate }
        let now = try now
        let becomesAdministrator = try isAdministrator ?? !hasUsers()
        let account = try one("INSERT INTO account (name, created_at) VALUES (\(new.userName), \(now)) RETURNING id") {
            try $0.id(0, as: Account.ID.self)
        }
        let user = try one(
            """
            INSERT INTO users (account_id, user_name, user_key, email, email_key, password_hash, is_administrator, created_at,
                notices_seen_at)
            VALUES (\(account), \(new.userName), \(new.userKey), \(new.email), \(new.emailKey), \(new.passwordHash),
                    \(becomesAdministrator), \(now), \(now))
            RETURNING \(userColumns)
            """, user)
        try run(
            """
            INSERT INTO sender (account_id, kind, from_name, from_email, created_at, updated_at)
            VALUES (\(account), 'rehearsal', \(new.userName), \(new.email), \(now), \(now))
            """)
        return user
    }

    public func setPassword(of user: User.ID, hash: String) throws {
        try run("UPDATE users SET password_hash = \(hash) WHERE id = \(user)")
    }

    public func recordLogin(of user: User.ID) throws {
        try run("UPDATE users SET last_login_at = \(try now) WHERE id = \(user)")
    }
}

extension AccountScope {
    /// Whether a site administrator logs in to this account.
    public func belongsToAdministrator() throws -> Bool {
        try transaction.first(
            "SELECT 1 FROM users WHERE account_id = \(id) AND is_administrator = 1 AND is_active = 1 LIMIT 1"
        ) { _ in true } ?? false
    }
}
