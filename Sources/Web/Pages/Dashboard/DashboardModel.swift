import Campaigns
import Foundation
import Persistence

/// What the dashboard says, ready to be shown.
struct DashboardModel: Sendable {
    static let days = 30

    let counts: AccountCounts
    let tally: Tally
    let readings: ReadingTally
    let sentInLastHour: Int
    let sender: SenderRecord
    let hasPostalAddress: Bool
    let underWay: [CampaignProgress]
    let chart: Chart

    /// One campaign under way.
    struct CampaignProgress: Sendable {
        let campaign: CampaignRecord
        let tally: Tally
    }

    /// Mails of each of the last days, by outcome.
    struct Chart: Sendable {
        let labels: [String]
        let delivered: [Int]
        let failed: [Int]
        let unknown: [Int]

        /// - Parameter today: days since 1970-01-01, UTC.
        init(_ counts: [DayCount], today: Int) {
            let days = Array((today - DashboardModel.days + 1)...today)
            var found: [AttemptRecord.Outcome: [Int: Int]] = [:]
            for count in counts { found[count.outcome, default: [:]][count.day] = count.messages }
            func series(_ outcome: AttemptRecord.Outcome) -> [Int] { days.map { found[outcome]?[$0] ?? 0 } }
            labels = days.map { Timestamp.date(daysSince1970: $0) }
            delivered = series(.delivered)
            failed = series(.failed)
            unknown = series(.unknown)
        }

        var isEmpty: Bool { (delivered + failed + unknown).allSatisfy { $0 == 0 } }
    }

    /// - Parameter known: what was read before; what is dear to count and rarely changes is taken from it.
    init(_ scope: AccountScope, known: DashboardModel? = nil) throws {
        guard let sender = try scope.defaultSender() else { throw DatabaseFault.noRow }
        self.sender = sender
        hasPostalAddress = try !scope.details().postalAddress.isEmpty
        counts = try known?.counts ?? scope.counts()
        tally = try scope.tally()
        readings = try scope.readings()
        sentInLastHour = try scope.sentInLastHour(sender.id)
        underWay = try Self.underWay(scope)
        let today = Int(try scope.transaction.now.rawValue / 86_400_000_000)
        chart = try known?.chart ?? Chart(scope.days(since: today - Self.days + 1), today: today)
    }

    static func underWay(_ scope: AccountScope) throws -> [CampaignProgress] {
        let campaigns = try scope.campaignsUnderWay(limit: 10)
        let tallies = try scope.tallies(campaigns.map(\.id))
        return campaigns.map { CampaignProgress(campaign: $0, tally: tallies[$0.id] ?? Tally()) }
    }

    /// What a new account still has to do; empty when all is done.
    var firstSteps: [Step] {
        let steps = [
            Step(title: "Add your recipients", path: "/recipients/upload/", isDone: counts.recipients > 0),
            Step(title: "Write a template", path: "/templates/designs/", isDone: counts.templates > 0),
            // A rehearsal sends nothing.
            Step(
                title: "Send your first campaign", path: "/campaigns/create/",
                isDone: counts.campaigns > 0 && sender.kind != .rehearsal),
            Step(title: "Write down your postal address", path: "/profile/account/", isDone: hasPostalAddress),
            Step(title: "Set up your mail server", path: "/profile/edit/", isDone: sender.kind == .smtp),
        ]
        return steps.allSatisfy(\.isDone) ? [] : steps
    }

    struct Step: Sendable {
        let title: Phrase
        let path: String
        let isDone: Bool
    }
}
