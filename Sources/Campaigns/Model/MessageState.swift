/// Where a message stands (DESIGN §4). The raw value is what the database and the API say.
public enum MessageState: String, Sendable, CaseIterable, Hashable {
    /// May be claimed once its `next_at` has come.
    case ready
    /// A node has it in hand; nothing of its end is on the wire: certainly not sent.
    case claimed
    /// The intent to write the final dot is durable: from here on the outcome may be ambiguous.
    case dotted
    /// The server accepted it (2yz after the dot).
    case delivered
    /// Refused for good (5yz), or given up after the campaign's expiry.
    case failed
    /// The dot may have been written and no answer is known: a person, evidence or the account's policy decides.
    case unknown
    /// Called off before the dot: campaign cancelled, recipient unsubscribed or suppressed.
    case cancelled
    /// In hand when three processes crashed: set aside, visible.
    case quarantined

    /// Nothing more will happen by itself.
    public var isFinal: Bool {
        switch self {
        case .delivered, .failed, .unknown, .cancelled, .quarantined: true
        case .ready, .claimed, .dotted: false
        }
    }
}
