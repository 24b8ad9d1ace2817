public import Campaigns
internal import DKIM

extension AccountScope {
    /// All of them, by domain, the newest first.
    public func signingKeys() throws -> [SigningKeyRecord] {
        try transaction.rows(
            "SELECT \(SigningKeyRecord.columns) FROM dkim_key k WHERE k.account_id = \(id) ORDER BY k.domain, k.id DESC",
            SigningKeyRecord.init)
    }

    public func signingKey(_ key: SigningKey.ID) throws -> SigningKeyRecord? {
        try transaction.first(
            "SELECT \(SigningKeyRecord.columns) FROM dkim_key k WHERE k.account_id = \(id) AND k.id = \(key)",
            SigningKeyRecord.init)
    }

    /// Stores a key that does not sign yet.
    ///
    /// - Parameter seal: seals the private key for the place that it gets.
    /// - Returns: nil when the domain has a key with this selector already.
    public func addSigningKey(_ key: NewSigningKey, seal: (SigningKey.ID) -> [UInt8]) throws -> SigningKey.ID? {
        let now = try transaction.now
        let made: SigningKey.ID? = try transaction.first(
            """
            INSERT INTO dkim_key (account_id, domain, selector, algorithm, bits, private_key, public_key, created_at,
                changed_at)
            VALUES (\(id), \(key.domain), \(key.selector), \(key.algorithm.rawValue), \(key.bits), \([UInt8]()),
                \(key.publicKey), \(now), \(now))
            ON CONFLICT (account_id, domain, selector) DO NOTHING RETURNING id
            """
        ) { try $0.id(0) }
        guard let made else { return nil }
        try transaction.run(
            "UPDATE dkim_key SET private_key = \(seal(made)) WHERE account_id = \(id) AND id = \(made)")
        return made
    }

    /// From the next campaign on the key signs, instead of the one of the same kind that did.
    public func startSigning(with key: SigningKey.ID) throws {
        let now = try transaction.now
        try transaction.run(
            """
            UPDATE dkim_key SET state = 'retired', changed_at = \(now)
            WHERE account_id = \(id) AND state = 'signing' AND id <> \(key) AND (domain, algorithm) IN (
                SELECT domain, algorithm FROM dkim_key WHERE account_id = \(id) AND id = \(key))
            """)
        try transaction.run(
            "UPDATE dkim_key SET state = 'signing', changed_at = \(now) WHERE account_id = \(id) AND id = \(key)")
        try forgetDomainCheck(of: key)
    }

    /// Campaigns that begin from now on are not signed with it; those under way still are.
    public func retireSigningKey(_ key: SigningKey.ID) throws {
        let now = try transaction.now
        try transaction.run(
            "UPDATE dkim_key SET state = 'retired', changed_at = \(now) WHERE account_id = \(id) AND id = \(key)")
        try forgetDomainCheck(of: key)
    }

    /// What was found in the DNS is of the keys that signed then.
    private func forgetDomainCheck(of key: SigningKey.ID) throws {
        try transaction.run(
            """
            DELETE FROM domain_check WHERE account_id = \(id) AND domain IN (
                SELECT domain FROM dkim_key WHERE account_id = \(id) AND id = \(key))
            """)
    }

    /// Removes a key for good, unless a campaign could still have to sign with it: a mail that may be sent again must
    /// have the same bytes.
    ///
    /// - Returns: whether it is gone.
    public func removeSigningKey(_ key: SigningKey.ID) throws -> Bool {
        try transaction.run(
            """
            DELETE FROM dkim_key WHERE account_id = \(id) AND id = \(key) AND NOT EXISTS (
                SELECT 1 FROM content_dkim_key u
                JOIN campaign c ON c.account_id = u.account_id AND c.content_id = u.content_id
                WHERE u.account_id = \(id) AND u.key_id = \(key) AND (c.state NOT IN ('finished', 'cancelled')
                    OR EXISTS (
                        SELECT 1 FROM campaign_tally t
                        WHERE t.account_id = c.account_id AND t.campaign_id = c.id AND t.messages > 0
                            AND t.state IN ('ready', 'claimed', 'dotted', 'unknown', 'quarantined'))))
            """) > 0
    }

    /// Those with which a campaign's mails are signed, in a fixed order.
    public func signingKeys(of content: Content.ID) throws -> [SigningKeyRecord] {
        try transaction.rows(
            """
            SELECT \(SigningKeyRecord.columns) FROM content_dkim_key u
            JOIN dkim_key k ON k.account_id = u.account_id AND k.id = u.key_id
            WHERE u.account_id = \(id) AND u.content_id = \(content) ORDER BY k.id
            """, SigningKeyRecord.init)
    }

    /// Writes down which keys sign: those of the From address's domain that sign now.
    func freezeSigningKeys(of content: Content.ID, domain: String) throws {
        try transaction.run(
            """
            INSERT INTO content_dkim_key (account_id, content_id, key_id)
            SELECT account_id, \(content), id FROM dkim_key
            WHERE account_id = \(id) AND domain = \(domain) AND state = 'signing'
            """)
    }
}
