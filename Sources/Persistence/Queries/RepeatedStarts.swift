public import Campaigns

/// Who goes back in the browser and presses the same button again does not mean to mail everybody twice.
extension AccountScope {
    /// How long a campaign is looked for that was just the same.
    private static let day = Duration.seconds(86_400)

    /// The campaign that this one would be a second time: with its name, template and audience, made within a day, and
    /// due as this one is, now or at the same time. A draft and a cancelled one reach nobody.
    public func startedAlready(_ draft: CampaignDraft) throws -> Campaign.ID? {
        guard let time = draft.scheduledAt else { return nil }
        let now = try transaction.now
        let due: SQL = time <= now + .seconds(60) ? "scheduled_at <= \(now)" : "scheduled_at = \(time)"
        return try transaction.first(
            """
            SELECT id FROM campaign
            WHERE account_id = \(id) AND template_id = \(draft.templateID) AND kind = 'campaign'
                AND name = \(draft.name) AND audience_filter = \(draft.audienceFilter)
                AND state NOT IN ('draft', 'cancelled') AND created_at > \(now - Self.day) AND \(due)
            ORDER BY id DESC LIMIT 1
            """
        ) { try $0.id(0) }
    }

    /// When the template went, or was queued to go, to this one recipient as a single mail within a day; the last time.
    public func lastSingle(of template: Template.ID, to recipient: Recipient.ID) throws -> Instant? {
        let filter = AudienceFilter(selection: .picked([recipient])).json
        let start = try transaction.now - Self.day
        return try transaction.first(
            """
            SELECT created_at FROM campaign
            WHERE account_id = \(id) AND template_id = \(template) AND kind = 'single' AND audience_filter = \(filter)
                AND state <> 'cancelled' AND created_at > \(start)
            ORDER BY id DESC LIMIT 1
            """
        ) { try $0.instant(0) }
    }
}
