/// What a mail that came back says about the address. The raw value is what the database holds.
public enum BounceKind: String, Sendable, Hashable, CaseIterable {
    /// The address cannot be reached, for good: no such mailbox, no such domain.
    case hard
    /// It could not be reached this time: a full mailbox, a server that was away for days.
    case soft
    /// Somebody did not want this mail: its content, or us. It says nothing about the address.
    case refused
}

/// When mails that came back for the time being make an address one that is not mailed any more.
public enum SoftBounceRule {
    /// So many different mails …
    public static let limit = 5
    /// … within this time.
    public static let window = Duration.seconds(30 * 86_400)
}
