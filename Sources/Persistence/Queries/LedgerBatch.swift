public import Campaigns

/// A message in a node's hands, with all that is needed to write it.
public final class ClaimedMessage: Sendable {
    public let id: Message.ID
    public let accountID: Account.ID
    public let campaignID: Campaign.ID
    public let recipientID: Recipient.ID
    public let senderID: Sender.ID
    public let contentID: Content.ID
    /// The first attempt: the mail's Date.
    public let beganAt: Instant
    /// Attempts that ended before this one.
    public let attempts: Int
    public let email: String
    /// The recipient's fields as frozen, joined by U+001F.
    public let merge: String
    /// When retries end: as long after the first attempt as the campaign's end after its start, and not before those.
    public let expiresAt: Instant?
    /// Whether openings and clicks are counted, where they are counted at all.
    public let isTracked: Bool

    public init(
        id: Message.ID, accountID: Account.ID, campaignID: Campaign.ID, recipientID: Recipient.ID, senderID: Sender.ID,
        contentID: Content.ID, beganAt: Instant, attempts: Int, email: String, merge: String, expiresAt: Instant? = nil,
        isTracked: Bool = true
    ) {
        self.id = id
        self.accountID = accountID
        self.campaignID = campaignID
        self.recipientID = recipientID
        self.senderID = senderID
        self.contentID = contentID
        self.beganAt = beganAt
        self.attempts = attempts
        self.email = email
        self.merge = merge
        self.expiresAt = expiresAt
        self.isTracked = isTracked
    }
}

/// A node asks for messages of one sender.
public struct Claim: Sendable {
    public var sender: Sender.ID
    public var limit: Int
    /// Campaigns after this one come first, so that several share fairly.
    public var after: Campaign.ID?
    /// Messages that the node has been granted and that are not in its hands. Where they are fewer than the limit, the
    /// claim asks for more and takes what it gets. `nil`: the sender's limits do not concern this claim.
    public var spare: Int?

    public init(sender: Sender.ID, limit: Int, after: Campaign.ID? = nil, spare: Int? = nil) {
        self.sender = sender
        self.limit = limit
        self.after = after
        self.spare = spare
    }

    func allowing(_ more: Int) -> Claim {
        var claim = self
        if let spare { claim.limit = min(limit, spare + more) }
        return claim
    }
}

/// How an attempt ended.
public struct Outcome: Sendable {
    public enum Result: Sendable, Hashable {
        case delivered
        /// Certainly not sent; to be tried again at this time. An attempt is spent.
        case retry(at: Instant)
        /// Certainly not sent, for good.
        case failed
        /// The final dot may have been written and no answer is known.
        case unknown
        /// Certainly not sent, because of a limit or of a fault of ours: to be tried again from this time. No attempt is
        /// spent.
        case postponed(until: Instant)
        /// Not begun: goes back without an attempt being spent (shutdown, pause, limit).
        case released
        /// Not begun, and not to be before this time: its receiver takes nothing now. No attempt is spent, and the log does
        /// not mention it.
        case held(until: Instant)
        /// The database refuses what is to be said of it: a person decides, whatever the sender's policy is.
        case setAside(mayHaveArrived: Bool)
    }

    public var message: ClaimedMessage
    public var result: Result
    /// Whether the final dot was written: then the message counts against the hourly limit.
    public var reachedTheDot: Bool
    /// The reply code, 200 to 599, if there was a reply.
    public var code: Int?
    /// What the server said, or what happened instead: shown to people, at most 1,000 characters.
    public var reply: String
    /// The step of the conversation: "connect", "MAIL", "RCPT", "DATA", "message".
    public var step: String
    public var duration: Duration
    /// Which server it was, and how the connection was protected; empty where the sender's settings say it.
    public var route = ""
    /// Where it failed: the server said that there is no such address, so it gets nothing more.
    public var saysAddressIsUnknown = false
    /// Whether the log and the chart get an entry.
    public var isLogged = true

    public init(
        message: ClaimedMessage, result: Result, reachedTheDot: Bool, code: Int? = nil, reply: String, step: String,
        duration: Duration = .zero
    ) {
        self.message = message
        self.result = result
        self.reachedTheDot = reachedTheDot
        self.code = code
        self.reply = reply
        self.step = step
        self.duration = duration
    }
}

extension Outcome {
    var state: MessageState {
        switch result {
        case .delivered: .delivered
        case .retry, .postponed, .released, .held: .ready
        case .failed: .failed
        case .unknown, .setAside(mayHaveArrived: true): .unknown
        case .setAside(mayHaveArrived: false): .quarantined
        }
    }

    /// What the log and the chart call it.
    var name: String? {
        guard isLogged else { return nil }
        return switch result {
        case .delivered: "delivered"
        case .retry, .postponed, .setAside(mayHaveArrived: false): "deferred"
        case .failed: "failed"
        case .unknown, .setAside(mayHaveArrived: true): "unknown"
        case .released, .held: nil
        }
    }
}

/// What one group commit writes: outcomes, then intents, then claims. All of it names one epoch.
public struct LedgerBatch: Sendable {
    public var outcomes: [Outcome] = []
    /// Messages whose final dot is about to be written.
    public var intents: [ClaimedMessage] = []
    public var claims: [Claim] = []

    public init() {}
    public var isEmpty: Bool { outcomes.isEmpty && intents.isEmpty && claims.isEmpty }
}

public struct LedgerAnswer: Sendable {
    /// Whose dot may be written. A message that is missing was cancelled, paused or taken over: it must not be sent.
    public var granted: Set<Message.ID> = []
    /// One list for each claim, in order.
    public var claimed: [[ClaimedMessage]] = []
    /// How many more messages each claim's node may end now.
    public var extensions: [Int] = []
    /// The start that asks was declared dead: nothing of what it has in hand is its own.
    public var isEpochOver = false

    public init() {}
}
