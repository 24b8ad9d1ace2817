internal import Campaigns
internal import Logging
internal import Mail
internal import Persistence

/// Starts campaigns whose time has come, makes their messages in pieces, and calls off what was cancelled.
struct Planner {
    let database: any Database
    let settings: DeliverySettings
    let logger: Logger

    /// Messages called off in one transaction.
    private static let sweep = 20_000

    /// Does one piece of everything that is to be planned.
    /// - Parameter onMessages: called when there are new messages to send.
    /// - Returns: whether there is more to do at once.
    func step(onMessages: () -> Void) async throws -> Bool {
        var isBusy = false
        for campaign in try await database.read({ tx in try tx.dueCampaigns() }) {
            try await holdingBack(campaign) { try await begin(campaign) }
            isBusy = true
        }
        for campaign in try await database.read({ tx in try tx.campaignsBeingPlanned() }) {
            try await holdingBack(campaign) { if try await !plan(campaign) { isBusy = true } }
            onMessages()
        }
        for campaign in try await database.read({ tx in try tx.campaignsToSweep() }) {
            if try await database.write({ tx in try tx.sweepCancelled(campaign, limit: Self.sweep) }) { isBusy = true }
        }
        let done = try await database.read { tx in try tx.campaignsToFinish() }
        if !done.isEmpty { try await database.write { tx in try tx.finish(done) } }
        return isBusy
    }

    /// A campaign that cannot be planned keeps no other one back: it stops, and its owner reads why. While the database is
    /// away it stays as it is, and all are tried again.
    private func holdingBack(_ campaign: CampaignRecord, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let fault as DatabaseFault where fault.isOutage {
            throw fault
        } catch {
            try Task.checkCancellation()
            logger.error(
                "Campaign cannot be planned", metadata: ["campaign.id": "\(campaign.id)", "error": "\(error)"])
            try await database.write { tx in try tx.hold(campaign.id, because: Self.unexpected) }
        }
    }

    private static let unexpected =
        "Something unexpected went wrong as it was being prepared; whoever runs this server finds it in the log. Resume it to try again."

    private func begin(_ campaign: CampaignRecord) async throws {
        let expiry = settings.retries.expiry
        let settings = settings
        let hasSite = !settings.siteURL.isEmpty
        let foreseen = try await ForeseenContent.foresee(
            campaign, addsFooter: hasSite, countsLinks: campaign.tracksClicks, from: database)
        let (isMine, problem) = try await database.write { tx -> (Bool, String?) in
            // Of several nodes one starts it.
            guard let campaign = try tx.lockCampaign(campaign.id, in: .scheduled) else { return (false, nil) }
            let problem = try Self.obstacle(to: campaign, tx)
            if let problem {
                try tx.hold(campaign.id, because: problem)
            } else {
                try tx.begin(campaign, expiry: expiry, addsFooter: hasSite) { ForeseenContent.html(of: $0, foreseen) }
                try Self.freezeTracking(campaign, foreseen, isSiteKnown: settings.isSiteKnown, tx)
                if settings.receivesReturnMail {
                    try tx.account(campaign.accountID).freezeUnsubscribeDomain(of: campaign.id)
                }
            }
            return (true, problem)
        }
        if let problem {
            logger.warning(
                "Campaign cannot start", metadata: ["campaign.id": "\(campaign.id)", "reason": "\(problem)"])
        } else if isMine {
            logger.info("Campaign started", metadata: ["campaign.id": "\(campaign.id)"])
        }
    }

    /// Links lead through us only where recipients can reach us; in a rehearsal that is this machine.
    private static func freezeTracking(
        _ campaign: CampaignRecord, _ foreseen: ForeseenContent?, isSiteKnown: Bool, _ tx: any Transaction
    ) throws {
        let scope = tx.account(campaign.accountID)
        guard try isSiteKnown || scope.sender(campaign.senderID)?.kind == .rehearsal else { return }
        try scope.freezeTracking(of: campaign.id) { ForeseenContent.links(of: $0, foreseen) }
    }

    /// Why a campaign cannot start: a sentence for its owner.
    private static func obstacle(to campaign: CampaignRecord, _ tx: any Transaction) throws -> String? {
        if campaign.contentID != nil { return nil }
        guard campaign.templateID != nil else {
            return "Its template is no longer there. Choose another one in a duplicate."
        }
        guard let sender = try tx.account(campaign.accountID).sender(campaign.senderID) else {
            return "Its sender is no longer there. Choose another one in a duplicate."
        }
        do {
            _ = try EmailAddress(sender.fromEmail)
            return nil
        } catch {
            return
                "The sender's From address cannot be used: \(error.userMessage) Mend it in the sender settings and resume."
        }
    }

    private func plan(_ campaign: CampaignRecord) async throws -> Bool {
        guard let filter = try? AudienceFilter(json: campaign.audienceFilter) else {
            try await database.write { tx in
                try tx.hold(
                    campaign.id, because: "Its audience cannot be read. Duplicate it and choose the audience again.")
            }
            return true
        }
        // The first ones are soon ready, so that the first mail need not wait for thousands of others.
        let isFirst = campaign.planCursor.rawValue == 0
        let chunk = isFirst ? settings.firstPlanningChunk : settings.planningChunk
        // The cursor is in the same transaction: what a machine that loses power forgets of it is planned again.
        return try await database.writeRepeatable { tx in try tx.plan(campaign.id, filter: filter, limit: chunk) }
    }
}
