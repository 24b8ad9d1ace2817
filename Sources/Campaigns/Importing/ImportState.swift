/// Where an import of recipients stands.
///
/// ```
/// receiving ─► mapping ─► analysing ─► ready ─► applying ─► finished
///     └──────────┴───────────┴──────────┴─► cancelled ◄─ cancelling ◄─ applying
/// ```
/// `failed` is reached from `receiving` when the file holds nothing that can be imported.
public enum ImportState: String, Sendable, Hashable, CaseIterable, Codable {
    /// The file is being uploaded and its rows are staged.
    case receiving
    /// Somebody must say which column holds what.
    case mapping
    /// Rows are checked and compared with the recipients that are there.
    case analysing
    /// The counts are known; nothing has been changed. Somebody must confirm.
    case ready
    case applying
    case finished
    /// What was applied is being taken back.
    case cancelling
    case cancelled
    case failed

    /// Whether nothing more will happen.
    public var isFinal: Bool { self == .finished || self == .cancelled || self == .failed }
    /// Whether the engine is at work, so that a page should look again soon.
    public var isMoving: Bool { self == .receiving || self == .analysing || self == .applying || self == .cancelling }
    /// Whether a person may still cancel it.
    public var canBeCancelled: Bool { !isFinal && self != .cancelling }
}

/// What is said about one row of an import.
public enum ImportVerdict: String, Sendable, Hashable, CaseIterable, Codable {
    /// Good, and its address is not known yet (or has not been looked up).
    case new = ""
    /// Its recipient is there with other values.
    case changed
    /// Its recipient is there with the same values.
    case same
    /// A later row of the file has the same address and counts instead.
    case repeated
    /// Its values cannot be imported.
    case wrong
    /// The line could not be read as CSV.
    case unreadable

    /// Whether the row is written to the recipients.
    public var isApplied: Bool { self == .new || self == .changed || self == .same }
}
