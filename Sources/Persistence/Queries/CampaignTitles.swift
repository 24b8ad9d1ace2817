public import Campaigns

/// What a list says of the campaign that an entry belongs to.
public struct CampaignTitle: Sendable, Identifiable {
    public var id: Campaign.ID
    public var name: String
    public var kind: CampaignRecord.Kind

    init(_ row: any Row) throws {
        id = try row.id(0)
        name = try row.string(1)
        kind = try row.value(2)
    }
}

extension AccountScope {
    /// Those of other accounts are not among them.
    public func titles(of campaigns: Set<Campaign.ID>) throws -> [Campaign.ID: CampaignTitle] {
        let titles = try transaction.rows(
            """
            SELECT id, name, kind FROM campaign
            WHERE account_id = \(id) AND \(transaction.dialect.among("id", campaigns.map(\.rawValue)))
            """, CampaignTitle.init)
        return Dictionary(titles.map { ($0.id, $0) }) { first, _ in first }
    }

    /// The newest campaigns, single mails not among them.
    public func newestTitles(limit: Int) throws -> [CampaignTitle] {
        try transaction.rows(
            """
            SELECT id, name, kind FROM campaign WHERE account_id = \(id) AND kind = 'campaign'
            ORDER BY id DESC LIMIT \(limit)
            """, CampaignTitle.init)
    }
}
