public import Campaigns

extension AccountScope {
    /// The account's first sender: the default one, djangoMailer's profile.
    public func defaultSender() throws -> SenderRecord? {
        try transaction.first(
            "SELECT \(SenderRecord.columns) FROM sender WHERE account_id = \(id) ORDER BY id LIMIT 1", SenderRecord.init
        )
    }

    public func sender(_ sender: Sender.ID) throws -> SenderRecord? {
        try transaction.first(
            "SELECT \(SenderRecord.columns) FROM sender WHERE account_id = \(id) AND id = \(sender)", SenderRecord.init)
    }

    /// A rehearsal sender: what every new account begins with.
    @discardableResult
    public func createRehearsalSender(fromName: String, fromEmail: String) throws -> Sender.ID {
        let now = try transaction.now
        return try transaction.one(
            """
            INSERT INTO sender (account_id, kind, from_name, from_email, created_at, updated_at)
            VALUES (\(id), 'rehearsal', \(fromName), \(fromEmail), \(now), \(now)) RETURNING id
            """
        ) { try $0.id(0) }
    }

    /// Stores every field but `id`, `account_id` and `revision`. A change also lifts a pause: whoever mended the settings
    /// wants to go on.
    public func update(_ sender: SenderRecord) throws {
        let now = try transaction.now
        try transaction.run(
            """
            UPDATE sender SET name = \(sender.name), kind = \(sender.kind.column), smtp_host = \(sender.host),
                smtp_port = \(sender.port), smtp_security = \(sender.security.rawValue),
                smtp_username = \(sender.username), smtp_password = \(sender.sealedPassword),
                verifies_certificate = \(sender.verifiesCertificate), from_name = \(sender.fromName),
                from_email = \(sender.fromEmail), reply_to = \(sender.replyTo), max_per_hour = \(sender.maxPerHour),
                max_connections = \(sender.maxConnections), smtp_login = \(sender.login.rawValue),
                spreads_evenly = \(sender.spreadsEvenly), warm_up_first = \(sender.warmUp?.firstDay ?? 0),
                warm_up_growth = \(sender.warmUp?.growth ?? 0), warm_up_began_at = \(sender.warmUp?.beganAt),
                unknown_policy = \(sender.unknownPolicy.rawValue), is_direct = \(sender.kind.isDirect),
                hello_name = \(sender.helloName), return_domain = \(sender.returnDomain),
                site_connections = \(sender.siteConnections), site_messages = \(sender.siteMessages), paused_reason = '', paused_at = NULL,
                revision = revision + 1, updated_at = \(now)
            WHERE account_id = \(id) AND id = \(sender.id)
            """)
    }

    /// Stops the sender with a sentence for its owner, or lets it go on (`nil`). Fails no message.
    public func pause(_ sender: Sender.ID, because reason: String?) throws {
        let now = try transaction.now
        try transaction.run(
            """
            UPDATE sender SET paused_reason = \(reason ?? ""), paused_at = \(reason == nil ? nil : now),
                revision = revision + 1
            WHERE account_id = \(id) AND id = \(sender)
            """)
    }

    /// How many messages this sender ended in the last 3,600 seconds.
    public func sentInLastHour(_ sender: Sender.ID) throws -> Int {
        let second = try transaction.now.rawValue / 1_000_000 - 3600
        return try transaction.count(
            """
            SELECT COALESCE(SUM(messages), 0) FROM sender_usage
            WHERE account_id = \(id) AND sender_id = \(sender) AND second >= \(second)
            """)
    }

    /// How many messages a sender ended since an instant, at most a day ago.
    public func messagesEnded(by sender: Sender.ID, since instant: Instant) throws -> Int {
        try transaction.count(
            """
            SELECT COALESCE(SUM(messages), 0) FROM sender_usage
            WHERE account_id = \(id) AND sender_id = \(sender) AND second >= \(instant.rawValue / 1_000_000)
            """)
    }
}

extension Transaction {
    /// For the engine: a sender of any account.
    public func anySender(_ sender: Sender.ID) throws -> SenderRecord? {
        try first("SELECT \(SenderRecord.columns) FROM sender WHERE id = \(sender)", SenderRecord.init)
    }

    /// Seconds since 1970 and messages, for every second that still counts against the hourly limit.
    public func usage(of sender: Sender.ID, account: Account.ID) throws -> [(second: Int64, messages: Int)] {
        let first = SendRoom.firstSecond(at: try now)
        return try rows(
            """
            SELECT second, SUM(messages) FROM sender_usage
            WHERE account_id = \(account) AND sender_id = \(sender) AND second >= \(first)
            GROUP BY second ORDER BY second
            """
        ) { (try $0.int64(0), try $0.int(1)) }
    }

    /// Removes what no longer counts: not for the hour, and not for a day of a warm-up.
    public func forgetOldUsage() throws {
        let second = try now.rawValue / 1_000_000 - 90_000
        try run("DELETE FROM sender_usage WHERE second < \(second)")
    }
}
