import Campaigns
import Persistence

/// A ledger with one large campaign among single mails, in all states, and another account with the same addresses.
struct LargeLedger: Sendable {
    struct Entry {
        var id: Message.ID
        var campaign: Campaign.ID
        var recipient: Recipient.ID
        var state: MessageState
        var email: String
    }

    struct Attempt {
        var id: Int64
        var campaign: Campaign.ID
        var outcome: AttemptRecord.Outcome
        var email: String
    }

    static let recipients = 6_000

    var account: Account.ID
    var other: Account.ID
    var large: Campaign.ID
    var small: Campaign.ID

    init(_ tx: any Transaction) throws {
        let mine = try CampaignFixture(tx, recipients: 0)
        let theirs = try CampaignFixture(tx, name: "Other", recipients: 0)
        (account, other) = (mine.account, theirs.account)
        // In turn, so that blocks of ids hold recipients of both.
        for piece in 0..<4 {
            for account in [mine.account, theirs.account] {
                let people = (0..<Self.recipients / 4).map { number in
                    let number = piece * Self.recipients / 4 + number
                    // Many share a part of their address, some neighbours share one, and a few that are strewn.
                    let domain = number / 40 == 77 ? "rare.test" : number % 997 == 5 ? "strewn.test" : "often.test"
                    let email = number % 3000 == 9 ? "Äda\(number)@\(domain)" : "Person\(number)@\(domain)"
                    return (key: email.lowercased(), fields: RecipientFields(email: email, firstName: "Zed"))
                }
                try tx.account(account).insertRecipients(people, createdAt: try tx.now)
            }
        }
        func campaign(_ fixture: CampaignFixture, _ recipients: SQL, _ state: SQL) throws -> Campaign.ID {
            let campaign = try tx.account(fixture.account).createCampaign(
                CampaignDraft(
                    name: "November", templateID: fixture.template, senderID: fixture.sender, audienceFilter: "{}",
                    scheduledAt: nil))
            try tx.run(
                """
                INSERT INTO message (account_id, campaign_id, recipient_id, state, next_at, epoch, email, merge)
                SELECT account_id, \(campaign), id, state, CASE WHEN state = 'ready' AND id % 3 = 0 THEN 9000000 - id ELSE 0 END,
                    CASE WHEN state IN ('claimed', 'dotted') THEN 1 END, email, ''
                FROM (SELECT r.account_id, r.id, r.email, \(state) AS state FROM recipient r
                    WHERE r.account_id = \(fixture.account) AND \(recipients)) AS r ORDER BY id
                """)
            try tx.run(
                """
                INSERT INTO campaign_tally (account_id, campaign_id, state, messages)
                SELECT account_id, campaign_id, state, COUNT(*) FROM message WHERE campaign_id = \(campaign) GROUP BY 1, 2, 3
                """)
            return campaign
        }
        func singles(_ numbers: Range<Int>) throws {
            for number in numbers {
                let state = MessageState.allCases[number % MessageState.allCases.count]
                _ = try campaign(mine, "r.id % 2000 = \(number)", "\(state)")
            }
        }
        try singles(0..<30)
        small = try campaign(mine, "r.id % 100 = 7", "CASE WHEN r.id % 3 = 0 THEN 'failed' ELSE 'delivered' END")
        large = try campaign(
            mine, "1 = 1",
            """
            CASE WHEN r.id % 1000 = 7 THEN 'failed' WHEN r.id % 4000 = 8 THEN 'unknown' WHEN r.id % 700 = 5 THEN 'ready'
                WHEN r.id <= 6000 THEN 'delivered' WHEN r.id <= 6040 THEN 'claimed' WHEN r.id <= 6045 THEN 'dotted'
                ELSE 'ready' END
            """)
        _ = try campaign(theirs, "1 = 1", "'delivered'")
        try singles(30..<60)
        // Two entries for each message, of which the second ones are of readers.
        try tx.run(
            """
            INSERT INTO attempt (account_id, campaign_id, message_id, at, outcome, email)
            SELECT account_id, campaign_id, id, id,
                CASE WHEN state IN ('delivered', 'failed', 'unknown') THEN state ELSE 'deferred' END, email
            FROM message WHERE state <> 'ready' OR next_at > 0 ORDER BY id
            """)
        try tx.run(
            """
            INSERT INTO attempt (account_id, campaign_id, message_id, at, outcome, email)
            SELECT account_id, campaign_id, id, id, 'opened', email FROM message WHERE state = 'delivered' AND id % 2 = 0
            ORDER BY id
            """)
        try tx.run(
            """
            INSERT INTO daily (account_id, day, outcome, messages)
            SELECT account_id, 1, outcome, COUNT(*) FROM attempt GROUP BY 1, 2, 3
            """)
    }

    /// The queue as it has to be: the newest campaign first, in it by recipient.
    func messages(_ tx: any Transaction) throws -> [Entry] {
        try tx.rows(
            "SELECT id, campaign_id, recipient_id, state, email FROM message WHERE account_id = \(account)"
        ) {
            Entry(
                id: try $0.id(0), campaign: try $0.id(1), recipient: try $0.id(2), state: try $0.value(3),
                email: try $0.string(4))
        }.sorted { ($1.campaign, $0.recipient) < ($0.campaign, $1.recipient) }
    }

    /// The log as it has to be: the newest first.
    func attempts(_ tx: any Transaction) throws -> [Attempt] {
        try tx.rows(
            """
            SELECT id, campaign_id, outcome, email FROM attempt WHERE account_id = \(account) ORDER BY id DESC
            """
        ) {
            Attempt(id: try $0.int64(0), campaign: try $0.id(1), outcome: try $0.value(2), email: try $0.string(3))
        }
    }
}
