import Campaigns

/// Counts the open event streams, so that one user with many tabs cannot hold all connections.
actor EventStreams {
    /// Streams at a time and user. Browsers themselves open at most six connections to a site over HTTP/1.1.
    static let limitPerUser = 6

    private var open: [User.ID: Int] = [:]

    var total: Int { open.values.reduce(0, +) }

    /// Whether one more may be opened; then ``end(_:)`` must follow.
    func begin(_ user: User.ID) -> Bool {
        let count = open[user, default: 0]
        guard count < Self.limitPerUser else { return false }
        open[user] = count + 1
        return true
    }

    func end(_ user: User.ID) {
        let count = open[user, default: 0] - 1
        open[user] = count > 0 ? count : nil
    }
}
