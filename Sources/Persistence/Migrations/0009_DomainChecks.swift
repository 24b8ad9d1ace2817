/// What the DNS said about the domain of an account's From address, and when.
extension Migration {
    static let domainChecks = Migration(number: 9, subject: "Domain checks") { _ in
        [
            // report: JSON of DomainReport, '' while there is none. A check is under way from began_at until checked_at is
            // later, or until it has been under way for too long.
            """
            CREATE TABLE domain_check (
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                domain TEXT NOT NULL, report TEXT NOT NULL DEFAULT '',
                began_at BIGINT NOT NULL, checked_at BIGINT,
                PRIMARY KEY (account_id, domain))
            """
        ]
    }
}
