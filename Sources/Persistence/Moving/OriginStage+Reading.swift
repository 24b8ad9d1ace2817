internal import Campaigns

/// What an import reads back from its stage.
extension Transaction {
    public func stagedFact(_ name: String) throws -> String? {
        try first("SELECT value FROM o_fact WHERE name = \(name)") { try $0.string(0) }
    }

    public func stagedCount(_ table: OriginTable) throws -> Int {
        try count("SELECT COUNT(*) FROM \(SQL(table.name))")
    }

    public func stagedUsers() throws -> [OriginUser] {
        try rows(
            """
            SELECT u.id, u.name, u.password, u.email, u.full_name, u.is_superuser, u.is_active, u.joined_at, u.last_login_at,
                p.id, p.host, p.port, p.username, p.password, p.use_tls, p.use_ssl, p.from_email, p.max_per_hour, p.direct
            FROM o_user u LEFT JOIN o_profile p ON p.user_id = u.id GROUP BY u.id ORDER BY u.id
            """
        ) { row in
            var user = OriginUser(
                id: try row.int64(0), name: try row.string(1), password: try row.string(2), email: try row.string(3),
                fullName: try row.string(4), isSuperuser: try row.bool(5), isActive: try row.bool(6),
                joinedAt: try row.instant(7), lastLoginAt: try row.optionalInstant(8))
            if let id = try row.optionalInt64(9) {
                user.profile = OriginProfile(
                    id: id, host: try row.string(10), port: try row.int(11), username: try row.string(12),
                    password: try row.string(13), usesTLS: try row.bool(14), usesSSL: try row.bool(15),
                    fromEmail: try row.string(16), maxPerHour: try row.int(17), isDirect: try row.bool(18))
            }
            return user
        }
    }

    public func stagedTemplates(of profile: Int64) throws -> [OriginTemplate] {
        try rows("SELECT id, name, subject, body FROM o_template WHERE profile = \(profile) ORDER BY id") {
            OriginTemplate(
                id: try $0.int64(0), name: try $0.string(1), subject: try $0.string(2), body: try $0.string(3))
        }
    }

    /// Those that become recipients, and those whose address is none but who were mailed: the first of each address.
    public func stagedRecipients(of profile: Int64, after id: Int64, limit: Int) throws -> [OriginRecipient] {
        try rows(
            """
            SELECT id, match, fields, problem FROM o_recipient
            WHERE profile = \(profile) AND id > \(id) AND keeper = id ORDER BY id LIMIT \(limit)
            """
        ) {
            OriginRecipient(
                id: try $0.int64(0), match: try $0.string(1), fields: try $0.string(2), problem: try $0.string(3))
        }
    }

    /// The campaigns of a profile, the one of what has none (0) last, where there is any such thing.
    public func stagedCampaigns(of profile: Int64) throws -> [OriginCampaign] {
        let columns: SQL = """
            COUNT(l.keeper), COALESCE(SUM(l.state = 'ready'), 0), COALESCE(SUM(l.tries), 0), MIN(l.first_at),
            MAX(l.last_at), COALESCE(SUM(l.candidates), 0)
            """
        return try rows(
            """
            SELECT c.id, c.name, c.scheduled_at, c.template, \(columns) FROM o_campaign c
            LEFT JOIN o_letter l ON l.profile = c.profile AND l.campaign = c.id
            WHERE c.profile = \(profile) GROUP BY c.id
            UNION ALL
            SELECT 0, '', NULL, NULL, \(columns) FROM o_letter l
            WHERE l.profile = \(profile) AND l.campaign = 0 HAVING COUNT(*) > 0
            """
        ) {
            OriginCampaign(
                id: try $0.int64(0), name: try $0.string(1), scheduledAt: try $0.optionalInstant(2),
                template: try $0.optionalInt64(3), letters: try $0.int(4), open: try $0.int(5), tries: try $0.int(6),
                firstAt: try $0.optionalInstant(7), lastAt: try $0.optionalInstant(8), candidates: try $0.int(9))
        }
    }

    public func stagedLetters(
        of profile: Int64, campaign: Int64, after keeper: Int64, limit: Int
    ) throws -> [OriginLetter] {
        try rows(
            """
            SELECT l.keeper, l.state, l.deliveries, l.tries, l.first_at, l.last_at, l.sent_at, l.reason, r.fields
            FROM o_letter l JOIN o_recipient r ON r.id = l.keeper
            WHERE l.profile = \(profile) AND l.campaign = \(campaign) AND l.keeper > \(keeper)
            ORDER BY l.keeper LIMIT \(limit)
            """
        ) {
            OriginLetter(
                keeper: try $0.int64(0), state: try $0.value(1), deliveries: try $0.int(2), tries: try $0.int(3),
                firstAt: try $0.optionalInstant(4), lastAt: try $0.optionalInstant(5),
                sentAt: try $0.optionalInstant(6), reason: try $0.string(7), fields: try $0.string(8))
        }
    }

    /// Recipients of the letters that would still be sent; at most `limit`.
    public func stagedOpenKeepers(of profile: Int64, campaign: Int64, limit: Int) throws -> [Int64] {
        try rows(
            """
            SELECT keeper FROM o_letter WHERE profile = \(profile) AND campaign = \(campaign) AND state = 'ready'
            ORDER BY keeper LIMIT \(limit)
            """
        ) { try $0.int64(0) }
    }

    /// What the last failure of a message that failed was, is `failed`; every failure before it was put off.
    public func stagedLogs(of profile: Int64, campaign: Int64, after id: Int64, limit: Int) throws -> [OriginLog] {
        try rows(
            """
            SELECT g.id, g.keeper, g.at, CASE WHEN g.is_sent THEN 'delivered'
                WHEN l.state = 'failed' AND l.last_failure = g.id THEN 'failed' ELSE 'deferred' END, g.code, g.reply, g.email
            FROM o_log g JOIN o_letter l ON l.profile = g.profile AND l.campaign = g.campaign AND l.keeper = g.keeper
            WHERE g.profile = \(profile) AND g.campaign = \(campaign) AND g.id > \(id) ORDER BY g.id LIMIT \(limit)
            """
        ) {
            OriginLog(
                id: try $0.int64(0), keeper: try $0.int64(1), at: try $0.instant(2), outcome: try $0.value(3),
                code: try $0.optionalInt(4), reply: try $0.string(5), email: try $0.string(6))
        }
    }

    public func stagedReadings(
        of profile: Int64, campaign: Int64, after id: Int64, limit: Int
    ) throws -> [OriginReading] {
        try rows(
            """
            SELECT id, keeper, is_click, at, url, sign FROM o_reading
            WHERE profile = \(profile) AND campaign = \(campaign) AND id > \(id) ORDER BY id LIMIT \(limit)
            """
        ) {
            OriginReading(
                id: try $0.int64(0), keeper: try $0.int64(1), isClick: try $0.bool(2), at: try $0.instant(3),
                url: try $0.string(4), sign: MachineSign(rawValue: try $0.string(5)))
        }
    }

    /// How many openings and clicks of a campaign there are, and how many of them up to an id.
    public func stagedReadingCount(
        of profile: Int64, campaign: Int64, upTo id: Int64
    ) throws -> (all: Int, there: Int) {
        try one(
            """
            SELECT COUNT(*), COALESCE(SUM(id <= \(id)), 0) FROM o_reading
            WHERE profile = \(profile) AND campaign = \(campaign)
            """
        ) { (try $0.int(0), try $0.int(1)) }
    }

    /// The last recipient of a profile.
    public func lastStagedRecipient(of profile: Int64) throws -> Int64 {
        try one("SELECT COALESCE(MAX(id), 0) FROM o_recipient WHERE profile = \(profile)") { try $0.int64(0) }
    }

    /// Takes back what was to be told of changes of recipients who were imported, and told about, before.
    public func forgetChanges(of profile: Int64, upTo id: Int64) throws {
        try run(
            """
            DELETE FROM o_finding WHERE kind = \(OriginFinding.Kind.changed.rawValue) AND entity = 'recipient'
                AND origin_id <= \(id) AND origin_id IN (SELECT r.id FROM o_recipient r WHERE r.profile = \(profile))
            """)
    }

    /// Bounces for good and complaints about mails of a profile, with an address that can be suppressed.
    public func stagedComplaints(of profile: Int64, after id: Int64, limit: Int) throws -> [OriginComplaint] {
        try rows(
            """
            SELECT e.id, e.kind = 'complained', e.at, e.detail, r.match, r.fields
            FROM o_event e JOIN o_candidate c ON c.id = e.candidate
                JOIN o_recipient r ON r.id = c.recipient AND r.profile = c.profile
            WHERE c.profile = \(profile) AND e.id > \(id) AND e.kind IN ('bounced', 'complained') AND r.problem = ''
            ORDER BY e.id LIMIT \(limit)
            """
        ) {
            OriginComplaint(
                id: try $0.int64(0), isComplaint: try $0.bool(1), at: try $0.instant(2), detail: try $0.string(3),
                match: try $0.string(4), email: RecipientFields(packed: try $0.string(5)).email)
        }
    }

    /// Writes down everything about the stage's rows that can be told by comparing them.
    public func judgeStage() throws {
        let owner: SQL = """
            COALESCE((SELECT u.name FROM o_user u JOIN o_profile p ON p.user_id = u.id WHERE p.id = r.profile), '')
            """
        let address: SQL = "substr(r.fields, 1, instr(r.fields || char(31), char(31)) - 1)"
        // Told while the rows came by, when nobody knew yet whose profile is whose.
        try run(
            """
            UPDATE o_finding SET owner = COALESCE((
                SELECT u.name FROM o_recipient r JOIN o_profile p ON p.id = r.profile JOIN o_user u ON u.id = p.user_id
                WHERE r.id = o_finding.origin_id), '')
            WHERE entity = 'recipient' AND owner = ''
            """)
        try run(
            """
            INSERT INTO o_finding (kind, entity, origin_id, owner, subject, sentence)
            SELECT 'left out', 'recipient', r.id, \(owner), \(address), r.problem
            FROM o_recipient r WHERE r.problem NOT IN ('', 'gone') ORDER BY r.id
            """)
        try run(
            """
            INSERT INTO o_finding (kind, entity, origin_id, owner, subject, sentence)
            SELECT 'changed', 'recipient', r.id, \(owner), \(address),
                'This is the same address as that of recipient ' || r.keeper || ', so the two have become one; its own fields were left out.'
            FROM o_recipient r WHERE r.keeper <> r.id ORDER BY r.id
            """)
        try run(
            """
            INSERT INTO o_finding (kind, entity, origin_id, owner, subject, sentence)
            SELECT 'note', 'recipient', r.id, \(owner), \(address),
                'This recipient was deleted in djangoMailer; its log entries are kept.'
            FROM o_recipient r WHERE r.problem = 'gone' ORDER BY r.id
            """)
        try run(
            """
            INSERT INTO o_finding (kind, entity, origin_id, owner, subject, sentence)
            SELECT 'note', 'message', r.keeper, \(owner), (
                    SELECT substr(k.fields, 1, instr(k.fields || char(31), char(31)) - 1) FROM o_recipient k WHERE k.id = r.keeper),
                'djangoMailer mailed this address ' || r.deliveries || ' times in campaign ' || r.campaign || '.'
            FROM o_letter r WHERE r.deliveries > 1 AND r.campaign > 0
            """)
        try run(
            """
            INSERT INTO o_finding (kind, entity, origin_id, owner, subject, sentence)
            SELECT 'left out', 'candidate', r.id, \(owner), '',
                'The recipient or the campaign of this mail belongs to another user, or is not there.'
            FROM o_candidate r
            WHERE NOT EXISTS (SELECT 1 FROM o_recipient x WHERE x.id = r.recipient AND x.profile = r.profile)
                OR r.campaign <> 0 AND NOT EXISTS (SELECT 1 FROM o_campaign x WHERE x.id = r.campaign AND x.profile = r.profile)
            """)
        try run(
            """
            INSERT INTO o_finding (kind, entity, origin_id, owner, subject, sentence)
            SELECT 'left out', 'log', r.id, \(owner), r.email, 'The campaign of this log entry belongs to another user, or is not there.'
            FROM o_log r
            WHERE r.campaign <> 0 AND NOT EXISTS (SELECT 1 FROM o_campaign x WHERE x.id = r.campaign AND x.profile = r.profile)
            """)
    }

    /// How many findings of each kind and table there are, and how many candidates and log entries are told as left out.
    public func findingCounts() throws -> [(kind: OriginFinding.Kind, entity: String, count: Int)] {
        try rows("SELECT kind, entity, COUNT(*) FROM o_finding GROUP BY kind, entity ORDER BY kind, entity") {
            (try $0.value(0), try $0.string(1), try $0.int(2))
        }
    }

    public func findings(after id: Int64, limit: Int) throws -> [(id: Int64, finding: OriginFinding)] {
        try rows(
            """
            SELECT id, kind, entity, origin_id, owner, subject, sentence FROM o_finding WHERE id > \(id)
            ORDER BY id LIMIT \(limit)
            """, finding)
    }

    /// The first ones of a kind and table.
    public func findings(
        _ kind: OriginFinding.Kind, of entity: String, limit: Int
    ) throws -> [(id: Int64, finding: OriginFinding)] {
        try rows(
            """
            SELECT id, kind, entity, origin_id, owner, subject, sentence FROM o_finding
            WHERE kind = \(kind.rawValue) AND entity = \(entity) ORDER BY id LIMIT \(limit)
            """, finding)
    }

    private func finding(_ row: any Row) throws -> (id: Int64, finding: OriginFinding) {
        (
            try row.int64(0),
            OriginFinding(
                try row.value(1), try row.string(2), try row.int64(3), owner: try row.string(4),
                subject: try row.string(5), try row.string(6))
        )
    }

    /// Events by what they were.
    public func stagedEventKinds() throws -> [String: Int] {
        var kinds: [String: Int] = [:]
        try forEach("SELECT kind, COUNT(*) FROM o_event GROUP BY kind") { kinds[try $0.string(0)] = try $0.int(1) }
        return kinds
    }
}

extension SQL {
    /// A name of ours, such as a table's.
    init(_ name: StaticString) { self.init(stringLiteral: name) }
}
