public import Campaigns

/// What a campaign sends: frozen when it starts.
public struct ContentRecord: Sendable {
    public var id: Content.ID
    public var accountID: Account.ID
    public var subject: String
    public var html: String
    public var plainText: String
    public var fromName: String
    public var fromEmail: String
    /// Where answers go; empty for the From address.
    public var replyTo: String
    /// Whether openings, and clicks, of its mails are counted: frozen like the rest.
    public var tracksOpens: Bool
    public var tracksClicks: Bool
    /// The domain of the address that unsubscribes whoever writes to it; empty for none.
    public var unsubscribeDomain: String

    static let columns: SQL = """
        id, account_id, subject, html, plain_text, from_name, from_email, tracks_opens, tracks_clicks, unsubscribe_domain,
        reply_to
        """

    init(_ row: any Row) throws {
        id = try row.id(0)
        accountID = try row.id(1)
        subject = try row.string(2)
        html = try row.string(3)
        plainText = try row.string(4)
        fromName = try row.string(5)
        fromEmail = try row.string(6)
        tracksOpens = try row.bool(7)
        tracksClicks = try row.bool(8)
        unsubscribeDomain = try row.string(9)
        replyTo = try row.string(10)
    }
}

extension ContentRecord {
    /// What a mail that is in no ledger says.
    public init(_ draft: DraftMail, of account: Account.ID) {
        id = Content.ID(rawValue: 0)
        accountID = account
        subject = draft.subject
        html = draft.html
        plainText = draft.plainText
        fromName = draft.fromName
        fromEmail = draft.fromEmail
        replyTo = draft.replyTo
        tracksOpens = false
        tracksClicks = false
        unsubscribeDomain = ""
    }
}

extension AccountScope {
    public func content(_ content: Content.ID) throws -> ContentRecord? {
        try transaction.first(
            "SELECT \(ContentRecord.columns) FROM content WHERE account_id = \(id) AND id = \(content)",
            ContentRecord.init)
    }

    /// From here on the mails of a campaign that begins say that whoever writes to an address of their own is unsubscribed.
    public func freezeUnsubscribeDomain(of campaign: Campaign.ID) throws {
        try transaction.run(
            """
            UPDATE content SET unsubscribe_domain = (
                SELECT s.return_domain FROM sender s
                JOIN campaign c ON c.account_id = s.account_id AND c.sender_id = s.id
                WHERE c.account_id = \(id) AND c.id = \(campaign))
            WHERE account_id = \(id)
                AND id = (SELECT c.content_id FROM campaign c WHERE c.account_id = \(id) AND c.id = \(campaign))
            """)
    }

    /// Writes down what is to be sent.
    public func freezeContent(
        subject: String, html: String, plainText: String, fromName: String, fromEmail: String, replyTo: String = ""
    ) throws -> Content.ID {
        let now = try transaction.now
        return try transaction.one(
            """
            INSERT INTO content (account_id, subject, html, plain_text, from_name, from_email, reply_to, created_at)
            VALUES (\(id), \(subject), \(html), \(plainText), \(fromName), \(fromEmail), \(replyTo), \(now))
            RETURNING id
            """
        ) { try $0.id(0) }
    }
}
