/// Looks at the receiver of returned mail in this process. Without one in this process there is nothing to see.
public struct ReturnMailWatch: Sendable {
    let totals: @Sendable () -> ReturnMailTotals?

    public init(totals: @escaping @Sendable () -> ReturnMailTotals? = { nil }) { self.totals = totals }
}

/// What came and what was refused, since the process began, by short names.
public struct ReturnMailTotals: Sendable {
    public var results: [(name: String, count: Int)]
    public var refusals: [(name: String, count: Int)]
    public var connections: Int

    public init(results: [(name: String, count: Int)], refusals: [(name: String, count: Int)], connections: Int) {
        self.results = results
        self.refusals = refusals
        self.connections = connections
    }
}
