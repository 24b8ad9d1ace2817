public import Campaigns

/// The last look at a domain's DNS.
public struct DomainCheckRecord: Sendable, Hashable {
    /// JSON; empty while no look has ended.
    public var report: String
    public var beganAt: Instant
    public var checkedAt: Instant?

    /// How long a check may take; after that its process has died, and another one may begin.
    public static let patience: Duration = .seconds(30)

    public init(report: String, beganAt: Instant, checkedAt: Instant?) {
        self.report = report
        self.beganAt = beganAt
        self.checkedAt = checkedAt
    }

    public func isUnderWay(at now: Instant) -> Bool {
        (checkedAt.map { $0 < beganAt } ?? true) && now - beganAt < Self.patience
    }
}

extension AccountScope {
    public func domainCheck(_ domain: String) throws -> DomainCheckRecord? {
        try transaction.first(
            """
            SELECT report, began_at, checked_at FROM domain_check WHERE account_id = \(id) AND domain = \(domain)
            """
        ) {
            DomainCheckRecord(
                report: try $0.string(0), beganAt: try $0.instant(1), checkedAt: try $0.optionalInstant(2))
        }
    }

    /// - Returns: false when one is under way already.
    public func beginDomainCheck(_ domain: String) throws -> Bool {
        let now = try transaction.now
        if let known = try domainCheck(domain), known.isUnderWay(at: now) { return false }
        try transaction.run(
            """
            INSERT INTO domain_check (account_id, domain, began_at) VALUES (\(id), \(domain), \(now))
            ON CONFLICT (account_id, domain) DO UPDATE SET began_at = excluded.began_at
            """)
        return true
    }

    /// Only the account's present domain is worth keeping.
    public func endDomainCheck(_ domain: String, report: String) throws {
        let now = try transaction.now
        try transaction.run(
            """
            UPDATE domain_check SET report = \(report), checked_at = \(now) WHERE account_id = \(id) AND domain = \(domain)
            """)
        try transaction.run("DELETE FROM domain_check WHERE account_id = \(id) AND domain <> \(domain)")
    }
}
