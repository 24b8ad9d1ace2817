public import Campaigns

/// Looks at what the delivery engine in this process is doing. Without one in this process there is nothing to see.
public struct DeliveryWatch: Sendable {
    let activity: @Sendable (Sender.ID) -> SenderActivity?
    let totals: @Sendable () -> DeliveryTotals?

    public init(
        activity: @escaping @Sendable (Sender.ID) -> SenderActivity? = { _ in nil },
        totals: @escaping @Sendable () -> DeliveryTotals? = { nil }
    ) {
        self.activity = activity
        self.totals = totals
    }
}

/// What one sender is doing now.
public struct SenderActivity: Sendable {
    public var openConnections: Int
    /// How many the server was found to take.
    public var connectionLimit: Int
    /// Until when nothing is tried, and why; nil while it works.
    public var restsUntil: Instant?
    public var reason: String

    public init(openConnections: Int, connectionLimit: Int, restsUntil: Instant? = nil, reason: String = "") {
        self.openConnections = openConnections
        self.connectionLimit = connectionLimit
        self.restsUntil = restsUntil
        self.reason = reason
    }
}

/// What all senders of this process are doing.
public struct DeliveryTotals: Sendable {
    public var sendersAtWork: Int
    public var sendersResting: Int
    public var openConnections: Int
    /// Since the process began.
    public var connectionsOpened: Int
    /// Since the process began.
    public var limitsMet: Int

    public init(
        sendersAtWork: Int, sendersResting: Int, openConnections: Int, connectionsOpened: Int, limitsMet: Int
    ) {
        self.sendersAtWork = sendersAtWork
        self.sendersResting = sendersResting
        self.openConnections = openConnections
        self.connectionsOpened = connectionsOpened
        self.limitsMet = limitsMet
    }
}
