import Campaigns
import Persistence

/// What was counted of large audiences a moment ago. Whoever starts a campaign has just looked at its page before the start,
/// and a million recipients are not to be walked over again for that.
///
/// Kept only where walking takes long, for a minute, and only while as many recipients and suppressed addresses are there and
/// none is newer: what is changed in a single recipient in that minute is not seen.
actor PreflightMemory {
    /// Recipients of an account from which on its audiences are counted apart from the page: about 50 ms.
    static let large = 20_000
    static let lifetime = Duration.seconds(60)
    private static let mostKept = 100

    struct Key: Hashable, Sendable {
        var account: Account.ID
        var filter: AudienceFilter
        var needs: [MergeNeed]
    }

    private struct Entry {
        var audience: PreflightFacts.Audience
        var extent: AudienceExtent
        var time: ContinuousClock.Instant
    }

    private var entries: [Key: Entry] = [:]

    func audience(_ key: Key, now extent: AudienceExtent) -> PreflightFacts.Audience? {
        guard let entry = entries[key], entry.extent == extent, entry.time.duration(to: .now) < Self.lifetime else {
            return nil
        }
        return entry.audience
    }

    func keep(_ audience: PreflightFacts.Audience, for key: Key, at extent: AudienceExtent) {
        guard extent.recipients >= Self.large else { return }
        entries = entries.filter { $0.value.time.duration(to: .now) < Self.lifetime }
        if entries.count >= Self.mostKept { entries = [:] }
        entries[key] = Entry(audience: audience, extent: extent, time: .now)
    }
}
