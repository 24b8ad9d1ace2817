import Campaigns
import Persistence

/// All that is known about one campaign at one moment: read in one snapshot, so that the counts add up.
struct CampaignOverview: Sendable {
    /// Counted each second while somebody looks.
    static let mostLater = 20_000

    let campaign: CampaignRecord
    let tally: Tally
    let readings: ReadingTally
    let sender: SenderRecord?
    let sentInLastHour: Int
    /// Messages a second, over the last minute, of everything that the sender sends.
    let rate: Double
    /// Seconds until the sender's limit lets the last open message go; 0 when all may go at once.
    let limitWait: Int64
    /// When the first and the last of the messages that wait have their turn; nil where none waits.
    let tries: ClosedRange<Instant>?
    /// How many of those have their turn later, because they were put off; one more than ``mostLater`` for more.
    let later: Int
    /// Whether what it has delivered was kept here and not sent.
    let isRehearsal: Bool
    /// By the sender's limit, for what may go now.
    private let limitWaitNow: Int64
    /// What all nodes do with its sender.
    let activity: SenderActivityRecord?
    let templateName: String?
    let subject: String?
    let filter: AudienceFilter
    /// What goes with its mails beside the text.
    let attachments: [FileUse]
    /// What they were sent with and is no longer stored.
    let freedFiles: [FreedFile]
    /// For a campaign that has not begun: who would get it now.
    let audience: AudienceSize?
    let now: Instant

    /// `nil` when the account has no such campaign.
    init?(_ scope: AccountScope, _ id: Campaign.ID) throws {
        guard let campaign = try scope.campaign(id) else { return nil }
        self.campaign = campaign
        tally = try scope.tally(id)
        readings = try scope.readings(of: id)
        sender = try scope.sender(campaign.senderID)
        sentInLastHour = try scope.sentInLastHour(campaign.senderID)
        rate = campaign.state.isUnderWay ? try scope.recentRate(of: campaign.senderID) : 0
        let now = try scope.transaction.now
        self.now = now
        later =
            campaign.state.isUnderWay ? try scope.messagesPutOff(of: id, after: now, most: Self.mostLater + 1) : 0
        isRehearsal = try Self.isRehearsal(scope, campaign, tally, sender)
        limitWait = try Self.limitWait(scope, sender, open: tally.open, sent: sentInLastHour)
        limitWaitNow =
            later == 0
            ? limitWait : try Self.limitWait(scope, sender, open: tally.open - later, sent: sentInLastHour)
        activity = campaign.state.isUnderWay ? try scope.activity(of: campaign.senderID) : nil
        tries = campaign.state.isUnderWay ? try scope.tries(of: id) : nil
        let template = try campaign.templateID.flatMap { try scope.template($0) }
        templateName = template?.name
        subject = try campaign.contentID.flatMap { try scope.content($0) }?.subject ?? template?.subject
        filter = try AudienceFilter(json: campaign.audienceFilter)
        let owner = campaign.contentID.map { FileOwner.content($0) } ?? campaign.templateID.map { .template($0) }
        attachments = try owner.map { try scope.files(of: $0) }?.filter { $0.kind == .attachment } ?? []
        freedFiles = try campaign.contentID.map { try scope.freedFiles(of: $0) } ?? []
        if campaign.state.isEditable {
            let size = try scope.audienceSize(filter)
            audience = AudienceSize(matching: size.matching, suppressed: size.suppressed)
        } else {
            audience = nil
        }
    }

    /// By its sender as long as something may still go; afterwards by what the ledger says, because the sender may have
    /// become another one.
    private static func isRehearsal(
        _ scope: AccountScope, _ campaign: CampaignRecord, _ tally: Tally, _ sender: SenderRecord?
    ) throws -> Bool {
        guard !campaign.state.isUnderWay, tally[.delivered] > 0 else { return sender?.kind == .rehearsal }
        let first = try scope.messages(of: campaign.id, state: .delivered, limit: 1).map(\.id)
        return try !scope.rehearsed(among: first).isEmpty
    }

    /// Nothing will change by itself any more.
    var isSettled: Bool {
        switch campaign.state {
        case .finished, .draft: true
        case .cancelled: tally.open == 0
        case .scheduled, .planning, .sending, .paused: false
        }
    }

    /// How long it will take until nothing is left, by the rate of the last minute, by the sender's limit and by the last of
    /// the next tries; `nil` while nothing moves.
    var timeLeft: Duration? {
        let byTries = tries.map { Double(($0.upperBound - now).components.seconds) } ?? 0
        return timeLeft(max(Double(limitWait), byRate(tally.open), byTries))
    }

    /// The same without what waits for its next try.
    var timeLeftNow: Duration? {
        let open = tally.open - later
        return open > 0 ? timeLeft(max(Double(limitWaitNow), byRate(open))) : nil
    }

    private func timeLeft(_ seconds: Double) -> Duration? {
        guard campaign.state.canPause, sender?.pausedReason.isEmpty == true, tally.open > 0, !isServerAway, seconds > 0
        else { return nil }
        return .seconds(Int64(min(seconds, 10 * 365 * 86_400).rounded(.up)))
    }

    /// By the rate of the last minute; within the campaign's first minute by its own, because what the sender sent before says
    /// nothing about it.
    private func byRate(_ open: Int) -> Double {
        let age = campaign.startedAt.map { Double((now - $0).components.seconds) } ?? .infinity
        guard age < 60 else { return rate > 0 ? Double(open) / rate : 0 }
        return tally.ended > 0 ? Double(open) * max(1, age) / Double(tally.ended) : 0
    }

    /// What was sent leaves the sliding hour in the order in which it was sent, and makes room for as many.
    private static func limitWait(
        _ scope: AccountScope, _ sender: SenderRecord?, open: Int, sent: Int
    ) throws -> Int64 {
        guard let sender, sender.maxPerHour > 0 else { return 0 }
        let beyond = open - max(0, sender.maxPerHour - sent)
        guard beyond > 0 else { return 0 }
        let now = try scope.transaction.now.rawValue / 1_000_000
        let hours = Int64((beyond - 1) / sender.maxPerHour)
        var rest = beyond - Int(hours) * sender.maxPerHour
        for used in try scope.transaction.usage(of: sender.id, account: scope.id) {
            rest -= used.messages
            if rest <= 0 { return hours * 3600 + max(1, used.second + 3600 - now) }
        }
        return (hours + 1) * 3600
    }

    /// Whether the mail server cannot be had; it is tried again by itself.
    var isServerAway: Bool { campaign.state.canPause && activity?.restsUntil != nil }

    /// Whether nothing leaves because what is left waits for its next try.
    var waitsForTries: Bool {
        guard campaign.state.canPause, let sender, sender.pausedReason.isEmpty, let tries else { return false }
        return tally[.ready] > 0 && rate == 0 && tries.lowerBound > now && !isAtLimit && !isServerAway
    }

    var isAtLimit: Bool {
        guard campaign.state.canPause, let sender, tally[.ready] > 0 else { return false }
        return sentInLastHour >= sender.maxPerHour
    }
}

/// A length of time in words: "2 hours 5 minutes".
struct TimeSpan {
    let phrase: Phrase

    init(_ duration: Duration) {
        let seconds = Int(duration.components.seconds)
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, (seconds / 60) % 60)
        phrase =
            if days > 1 {
                "\(days) days \(hours) hours"
            } else if seconds >= 3600 {
                "\(days * 24 + hours) h \(minutes) min"
            } else if minutes > 0 {
                .counted(minutes, one: "\(minutes) minute", other: "\(minutes) minutes")
            } else {
                .counted(seconds, one: "\(seconds) second", other: "\(seconds) seconds")
            }
    }
}
