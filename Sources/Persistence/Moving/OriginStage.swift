/// A database of its own, for the time of one import, in which the rows of a djangoMailer database wait until they can be
/// joined: a dump has them in the order of the tables' names. Only SQLite, never the installation's.
extension Migration {
    public static let originStage = Migration(number: 1, subject: "Origin stage") { _ in
        [
            """
            CREATE TABLE o_user (
                id INTEGER PRIMARY KEY, name TEXT NOT NULL, password TEXT NOT NULL, email TEXT NOT NULL,
                full_name TEXT NOT NULL, is_superuser BIGINT NOT NULL, is_active BIGINT NOT NULL,
                joined_at BIGINT NOT NULL, last_login_at BIGINT)
            """,
            """
            CREATE TABLE o_profile (
                id INTEGER PRIMARY KEY, user_id BIGINT NOT NULL, host TEXT NOT NULL, port BIGINT NOT NULL,
                username TEXT NOT NULL, password TEXT NOT NULL, use_tls BIGINT NOT NULL, use_ssl BIGINT NOT NULL,
                from_email TEXT NOT NULL, max_per_hour BIGINT NOT NULL, direct BIGINT NOT NULL)
            """,
            """
            CREATE TABLE o_template (
                id INTEGER PRIMARY KEY, profile BIGINT NOT NULL, name TEXT NOT NULL, subject TEXT NOT NULL,
                body TEXT NOT NULL)
            """,
            // match: the address's key, or "raw:" and the text where it is no address; problem then says why. keeper: the
            // recipient of the profile that has this address first. fields: packed. Those of whom only log entries tell have
            // a negative id.
            """
            CREATE TABLE o_recipient (
                id INTEGER PRIMARY KEY, profile BIGINT NOT NULL, match TEXT NOT NULL, fields TEXT NOT NULL,
                problem TEXT NOT NULL DEFAULT '', keeper BIGINT)
            """,
            """
            CREATE TABLE o_campaign (
                id INTEGER PRIMARY KEY, profile BIGINT NOT NULL, name TEXT NOT NULL, scheduled_at BIGINT NOT NULL,
                template BIGINT NOT NULL)
            """,
            // campaign: 0 for none, here and below.
            """
            CREATE TABLE o_candidate (
                id INTEGER PRIMARY KEY, profile BIGINT NOT NULL, campaign BIGINT NOT NULL, recipient BIGINT NOT NULL,
                is_sent BIGINT NOT NULL, sent_at BIGINT)
            """,
            """
            CREATE TABLE o_log (
                id INTEGER PRIMARY KEY, profile BIGINT NOT NULL, campaign BIGINT NOT NULL, match TEXT NOT NULL,
                email TEXT NOT NULL, is_sent BIGINT NOT NULL, is_final BIGINT NOT NULL, at BIGINT NOT NULL,
                code BIGINT, reply TEXT NOT NULL, keeper BIGINT)
            """,
            """
            CREATE TABLE o_event (
                id INTEGER PRIMARY KEY, candidate BIGINT NOT NULL, kind TEXT NOT NULL, at BIGINT NOT NULL,
                detail TEXT NOT NULL, sign TEXT NOT NULL)
            """,
            // Openings and clicks by campaign. url: of a click; sign: a raw value of `MachineSign`, or empty.
            """
            CREATE TABLE o_reading (
                profile BIGINT NOT NULL, campaign BIGINT NOT NULL, id BIGINT NOT NULL, keeper BIGINT NOT NULL,
                is_click BIGINT NOT NULL, at BIGINT NOT NULL, url TEXT NOT NULL, sign TEXT NOT NULL,
                PRIMARY KEY (profile, campaign, id)) WITHOUT ROWID
            """,
            "CREATE TABLE o_fact (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
            // A message to be: what all candidates and log entries of one campaign and address say together.
            """
            CREATE TABLE o_letter (
                profile BIGINT NOT NULL, campaign BIGINT NOT NULL, keeper BIGINT NOT NULL, candidates BIGINT NOT NULL,
                deliveries BIGINT NOT NULL, tries BIGINT NOT NULL, first_at BIGINT, last_at BIGINT, sent_at BIGINT,
                last_failure BIGINT, state TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
                PRIMARY KEY (profile, campaign, keeper)) WITHOUT ROWID
            """,
            // What is to be told. subject: an address, a name.
            """
            CREATE TABLE o_finding (
                id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, entity TEXT NOT NULL, origin_id BIGINT NOT NULL,
                owner TEXT NOT NULL, subject TEXT NOT NULL, sentence TEXT NOT NULL)
            """,
        ]
    }
}

/// The rows that an import stages, in the order of their columns.
public enum OriginTable: String, Sendable, CaseIterable {
    case user, profile, template, recipient, campaign, candidate, log, event, fact, finding

    var name: StaticString {
        switch self {
        case .user: "o_user"
        case .profile: "o_profile"
        case .template: "o_template"
        case .recipient: "o_recipient"
        case .campaign: "o_campaign"
        case .candidate: "o_candidate"
        case .log: "o_log"
        case .event: "o_event"
        case .fact: "o_fact"
        case .finding: "o_finding"
        }
    }

    var columns: [StaticString] {
        switch self {
        case .user:
            ["id", "name", "password", "email", "full_name", "is_superuser", "is_active", "joined_at", "last_login_at"]
        case .profile:
            [
                "id", "user_id", "host", "port", "username", "password", "use_tls", "use_ssl", "from_email",
                "max_per_hour", "direct",
            ]
        case .template: ["id", "profile", "name", "subject", "body"]
        case .recipient: ["id", "profile", "match", "fields", "problem"]
        case .campaign: ["id", "profile", "name", "scheduled_at", "template"]
        case .candidate: ["id", "profile", "campaign", "recipient", "is_sent", "sent_at"]
        case .log: ["id", "profile", "campaign", "match", "email", "is_sent", "is_final", "at", "code", "reply"]
        case .event: ["id", "candidate", "kind", "at", "detail", "sign"]
        case .fact: ["name", "value"]
        case .finding: ["kind", "entity", "origin_id", "owner", "subject", "sentence"]
        }
    }
}

extension Transaction {
    /// Adds rows to the stage. ``DatabaseFault/duplicate`` means that a table has two rows of one id.
    public func stage(_ rows: [[SQLValue]], in table: OriginTable) throws {
        try insert(into: table.name, columns: table.columns, rows: rows)
    }

    /// Once every row is staged: finds out whose address is whose, and what became of each message.
    public func joinStage() throws {
        try run("CREATE INDEX o_recipient_match ON o_recipient (profile, match, id)")
        // Those of whom only the log tells: they were deleted since.
        try run(
            """
            INSERT INTO o_recipient (id, profile, match, fields, problem)
            SELECT -MIN(l.id), l.profile, l.match, MIN(l.email), 'gone' FROM o_log l
            WHERE NOT EXISTS (SELECT 1 FROM o_recipient r WHERE r.profile = l.profile AND r.match = l.match)
            GROUP BY l.profile, l.match
            """)
        try run(
            """
            UPDATE o_recipient SET keeper = (
                SELECT MIN(k.id) FROM o_recipient k
                WHERE k.profile = o_recipient.profile AND k.match = o_recipient.match)
            """)
        try run(
            """
            UPDATE o_log SET keeper = (
                SELECT MIN(k.id) FROM o_recipient k WHERE k.profile = o_log.profile AND k.match = o_log.match)
            """)
        // Whatever was delivered, opened or clicked has been sent, though another table may not say so.
        try run("CREATE INDEX o_event_of ON o_event (candidate, kind, at)")
        let evidence: SQL = "e.candidate = o_candidate.id AND e.kind IN ('delivered', 'opened', 'clicked')"
        try run(
            """
            UPDATE o_candidate SET is_sent = 1, sent_at = (SELECT MIN(e.at) FROM o_event e WHERE \(evidence))
            WHERE is_sent = 0 AND EXISTS (SELECT 1 FROM o_event e WHERE \(evidence))
            """)
        try run(
            """
            INSERT INTO o_reading (profile, campaign, id, keeper, is_click, at, url, sign)
            SELECT c.profile, c.campaign, e.id, r.keeper, e.kind = 'clicked', e.at, e.detail, e.sign
            FROM o_event e JOIN o_candidate c ON c.id = e.candidate
                JOIN o_recipient r ON r.id = c.recipient AND r.profile = c.profile
            WHERE e.kind IN ('opened', 'clicked')
            """)
        try run(
            """
            INSERT INTO o_letter (profile, campaign, keeper, candidates, deliveries, tries, first_at, last_at, sent_at,
                last_failure)
            SELECT profile, campaign, keeper, SUM(is_candidate), MAX(SUM(is_candidate AND is_sent),
                SUM(is_sent AND NOT is_candidate)), SUM(NOT is_candidate), MIN(at), MAX(at),
                MIN(CASE WHEN is_sent THEN at END), MAX(CASE WHEN is_sent OR is_candidate THEN NULL ELSE id END)
            FROM (
                SELECT c.profile, c.campaign, r.keeper, 1 AS is_candidate, c.is_sent, c.sent_at AS at, 0 AS id
                FROM o_candidate c JOIN o_recipient r ON r.id = c.recipient AND r.profile = c.profile
                UNION ALL
                SELECT profile, campaign, keeper, 0, is_sent, at, id FROM o_log)
            GROUP BY profile, campaign, keeper
            """)
        try judgeLetters()
        try run("CREATE INDEX o_log_of ON o_log (profile, campaign, id)")
        try run("CREATE INDEX o_campaign_of ON o_campaign (profile, id)")
        try run("CREATE INDEX o_template_of ON o_template (profile, id)")
        try run("CREATE INDEX o_recipient_of ON o_recipient (profile, id)")
    }

    /// The states are those of `MessageState`; `ready` is what djangoMailer would still send.
    private func judgeLetters() throws {
        try run(
            """
            UPDATE o_letter SET state = CASE
                WHEN deliveries > 0 THEN 'delivered'
                WHEN last_failure IS NOT NULL AND (campaign = 0 OR EXISTS (
                    SELECT 1 FROM o_recipient r WHERE r.id = o_letter.keeper AND r.problem <> '')
                    OR (SELECT l.is_final FROM o_log l WHERE l.id = o_letter.last_failure)) THEN 'failed'
                WHEN campaign = 0 OR EXISTS (
                    SELECT 1 FROM o_recipient r WHERE r.id = o_letter.keeper AND r.problem <> '') THEN 'cancelled'
                ELSE 'ready' END
            """)
        try run(
            """
            UPDATE o_letter SET reason = COALESCE((SELECT l.reply FROM o_log l WHERE l.id = o_letter.last_failure), '')
            WHERE state IN ('failed', 'ready')
            """)
        try run(
            """
            UPDATE o_letter SET reason = CASE WHEN campaign = 0 THEN 'djangoMailer had not sent this mail, and no campaign says what it was.'
                ELSE 'djangoMailer had not sent this mail, and its address is none that mail can be sent to.' END
            WHERE state = 'cancelled'
            """)
    }
}
