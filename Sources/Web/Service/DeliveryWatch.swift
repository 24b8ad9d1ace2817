/// Looks at what the delivery engine in this process is doing. Without one in this process there is nothing to see.
public struct DeliveryWatch: Sendable {
    let totals: @Sendable () -> DeliveryTotals?

    public init(totals: @escaping @Sendable () -> DeliveryTotals? = { nil }) { self.totals = totals }
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
