/// Where a campaign stands. The raw value is what the database and the API say.
public enum CampaignState: String, Sendable, CaseIterable, Hashable {
    /// Being written; may be changed and deleted.
    case draft
    /// Waits for its time; may be changed.
    case scheduled
    /// Its audience is being frozen into messages; sending has already begun.
    case planning
    /// All messages exist; some are not yet final.
    case sending
    /// Begins nothing new until a person, or the reason that paused it, lets it go on.
    case paused
    /// Every message is in a final state.
    case finished
    /// Called off by a person; what was not sent is `cancelled`.
    case cancelled

    public var isEditable: Bool { self == .draft || self == .scheduled }
    public var hasStarted: Bool { !isEditable }
    public var canPause: Bool { self == .planning || self == .sending }
    public var canResume: Bool { self == .paused }
    public var canCancel: Bool { self == .scheduled || self == .planning || self == .sending || self == .paused }
    public var isUnderWay: Bool { self == .planning || self == .sending || self == .paused }
}
