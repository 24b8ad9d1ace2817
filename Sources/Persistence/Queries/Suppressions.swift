public import Campaigns

/// Why an account must not mail an address again. The raw value is what the database holds.
public enum SuppressionReason: String, Sendable, Hashable, CaseIterable {
    /// The person said so, by a link in a mail or by the mail program's button.
    case unsubscribed
    /// The receiving server said for good that the address cannot be reached.
    case bounced
    /// The server that was to take a mail said that there is no such address.
    case nonexistent
    /// The person reported a mail as unwanted.
    case complained
    /// Somebody of the account said so.
    case blocked

    /// Whether the person behind the address decided it: the account takes it back only where that person asked for it.
    public var isPersons: Bool { self == .unsubscribed || self == .complained }
}

/// An address that gets nothing, and since when.
public struct Suppression: Sendable, Hashable {
    public var reason: SuppressionReason
    public var note: String
    public var since: Instant
}

/// An address to be suppressed.
public struct NewSuppression: Sendable, Hashable {
    /// `EmailAddress.key`.
    public var key: String
    public var email: String
    public var reason: SuppressionReason
    /// Without control characters.
    public var note: String
    /// Whose mail told it, where one did.
    public var campaign: Campaign.ID?

    public init(
        key: String, email: String, reason: SuppressionReason, note: String = "", campaign: Campaign.ID? = nil
    ) {
        self.key = key
        self.email = email
        self.reason = reason
        self.note = note
        self.campaign = campaign
    }
}

extension AccountScope {
    /// What is known about an address, whether it is a recipient or not.
    public func suppression(ofKey key: String) throws -> Suppression? {
        try transaction.first(
            "SELECT reason, note, created_at FROM suppression WHERE account_id = \(id) AND email_key = \(key)"
        ) {
            Suppression(
                reason: SuppressionReason(rawValue: try $0.string(0)) ?? .blocked, note: try $0.string(1),
                since: try $0.instant(2))
        }
    }

    /// Mails this address no more; a reason that is there already stands. What waits for it stays: see
    /// ``callOffMails(to:also:_:)``.
    /// - Returns: whether it was not suppressed before.
    @discardableResult
    public func suppress(
        key: String, email: String, reason: SuppressionReason, note: String = ""
    ) throws -> Bool {
        let now = try transaction.now
        return try transaction.run(
            """
            INSERT INTO suppression (account_id, email_key, email, reason, note, created_at)
            VALUES (\(id), \(key), \(email), \(reason.rawValue), \(note), \(now))
            ON CONFLICT (account_id, email_key) DO NOTHING
            """) > 0
    }

    /// Mails none of these addresses any more, and calls off what waits for them. Some thousands at most.
    /// - Returns: how many were not suppressed before.
    public func suppress(_ addresses: [NewSuppression]) throws -> Int {
        var changes = TallyChanges()
        let added = try suppress(addresses, &changes)
        try transaction.apply(changes)
        return added
    }

    func suppress(_ addresses: [NewSuppression], _ changes: inout TallyChanges) throws -> Int {
        guard !addresses.isEmpty else { return 0 }
        let added = try transaction.run(try suppressing(addresses))
        try callOffMails(to: Dictionary(addresses.map { ($0.key, $0.reason) }) { first, _ in first }, &changes)
        return added
    }

    /// In the order of keys: two that suppress the same ones do not wait for each other in a ring.
    func suppressing(_ addresses: [NewSuppression]) throws -> SQL {
        let now = try transaction.now
        let addresses = addresses.sorted { $0.key < $1.key }
        return """
            INSERT INTO suppression (account_id, email_key, email, reason, note, created_at, campaign_id)
            SELECT \(id), key, email, reason, note, CAST(\(now) AS BIGINT), campaign_id
            FROM (\(transaction.dialect.table(of: addresses))) AS given WHERE key <> ''
            ON CONFLICT (account_id, email_key) DO NOTHING
            """
    }

    /// Takes an address off the list; the history keeps who did it, and why.
    ///
    /// - Parameters:
    ///   - user: who did it; empty for the person behind the address.
    ///   - reasons: any other one stands.
    /// - Returns: whether anything changed.
    public func removeSuppression(
        ofKey key: String, because why: String, by user: String, only reasons: Set<SuppressionReason>
    ) throws -> Bool {
        let now = try transaction.now
        let condition: SQL = """
            account_id = \(id) AND email_key = \(key)
                AND reason IN (\(transaction.dialect.texts(reasons.map(\.rawValue).sorted())))
            """
        // Deleted first: of two who do it at once only one finds it, and only that one goes into the history.
        let removed = try transaction.first(
            "DELETE FROM suppression WHERE \(condition) RETURNING email, reason, note, created_at"
        ) { (email: try $0.string(0), reason: try $0.string(1), note: try $0.string(2), since: try $0.instant(3)) }
        guard let removed else { return false }
        try transaction.run(
            """
            INSERT INTO suppression_removal (account_id, email_key, email, reason, note, suppressed_at, removed_at,
                removed_by, why)
            VALUES (\(id), \(key), \(removed.email), \(removed.reason), \(removed.note), \(removed.since), \(now),
                \(user), \(why))
            """)
        return true
    }

    /// Takes back what somebody of the account decided, or a bounce that was a mistake. What the person behind the address
    /// decided (unsubscribed, complained) stays.
    /// - Returns: whether anything changed.
    public func allowAgain(key: String, by user: String) throws -> Bool {
        try removeSuppression(
            ofKey: key, because: "", by: user, only: Set(SuppressionReason.allCases.filter { !$0.isPersons }))
    }

    /// How many addresses are suppressed, recipients or not.
    public func suppressionCount() throws -> Int {
        try transaction.count("SELECT COUNT(*) FROM suppression WHERE account_id = \(id)")
    }

    /// The same for a page, which does not wait until a long list is counted.
    /// - Returns: at most `limit`: then it may be more.
    public func suppressionCount(upTo limit: Int) throws -> Int {
        try transaction.count(
            "SELECT COUNT(*) FROM (SELECT 1 FROM suppression WHERE account_id = \(id) LIMIT \(limit)) AS counted")
    }
}

extension Dialect {
    /// These addresses as a table with the columns key, email, reason, note and campaign_id: one binding, whatever their number.
    func table(of addresses: [NewSuppression]) -> SQL {
        let rows = addresses.map { address in
            "["
                + [address.key, address.email, address.reason.rawValue, address.note].map(Self.jsonString)
                .joined(separator: ",") + "," + (address.campaign.map { String($0.rawValue) } ?? "null") + "]"
        }
        let json = "[" + rows.joined(separator: ",") + "]"
        return switch self {
        case .sqlite:
            """
            SELECT json_extract(value, '$[0]') AS key, json_extract(value, '$[1]') AS email,
                json_extract(value, '$[2]') AS reason, json_extract(value, '$[3]') AS note,
                json_extract(value, '$[4]') AS campaign_id FROM json_each(\(json))
            """
        case .postgres:
            """
            SELECT value->>0 AS key, value->>1 AS email, value->>2 AS reason, value->>3 AS note,
                CAST(value->>4 AS BIGINT) AS campaign_id
            FROM jsonb_array_elements(CAST(\(json) AS jsonb))
            """
        }
    }
}
