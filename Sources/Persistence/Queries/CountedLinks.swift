public import Campaigns

/// Where the counted links of one content lead, by number.
public struct CountedLinks: Sendable {
    public var account: Account.ID
    public var content: Content.ID
    public var links: [(number: Int64, url: String)]
}

/// For the web server, which keeps in memory where links lead: it works for all accounts.
extension Transaction {
    /// The content that was frozen last; 0 when there is none.
    public func newestContent() throws -> Content.ID {
        Content.ID(rawValue: Int64(try count("SELECT COALESCE(MAX(id), 0) FROM content")))
    }

    /// Those of the newest campaigns before `campaign`, newest first; and the oldest one that was looked at, `nil` when there
    /// are no more.
    public func countedLinks(ofCampaignsBefore campaign: Campaign.ID, limit: Int) throws -> (
        [CountedLinks], Campaign.ID?
    ) {
        let campaigns = try rows("SELECT id FROM campaign WHERE id < \(campaign) ORDER BY id DESC LIMIT \(limit)") {
            try $0.id(0) as Campaign.ID
        }
        guard let oldest = campaigns.last else { return ([], nil) }
        let links = try countedLinks(
            of: """
                SELECT account_id, content_id FROM campaign
                WHERE id >= \(oldest) AND id < \(campaign) AND content_id IS NOT NULL ORDER BY id DESC
                """)
        return (links, oldest)
    }

    /// Those that were frozen after `content`, in their order.
    public func countedLinks(after content: Content.ID, limit: Int) throws -> [CountedLinks] {
        try countedLinks(
            of: "SELECT account_id, id FROM content WHERE id > \(content) ORDER BY id LIMIT \(limit)")
    }

    private func countedLinks(of contents: SQL) throws -> [CountedLinks] {
        try rows(contents) { (account: try $0.id(0) as Account.ID, content: try $0.id(1) as Content.ID) }
            .map {
                CountedLinks(
                    account: $0.account, content: $0.content, links: try account($0.account).links(of: $0.content))
            }
    }
}

extension AccountScope {
    /// The addresses that counted links lead to, by number.
    public func links(of content: Content.ID) throws -> [(number: Int64, url: String)] {
        try transaction.rows(
            "SELECT number, url FROM link WHERE account_id = \(id) AND content_id = \(content) ORDER BY number"
        ) { (try $0.int64(0), try $0.string(1)) }
    }

    /// The values that the merge tags of one message have; `nil` when the message is gone.
    public func mergeValues(of message: Message.ID) throws -> String? {
        try transaction.first("SELECT merge FROM message WHERE account_id = \(id) AND id = \(message)") {
            try $0.string(0)
        }
    }
}
