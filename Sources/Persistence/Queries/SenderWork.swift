public import Campaigns

/// What one start of a node may do for a sender.
public struct SenderShare: Sendable, Hashable {
    /// As many as it may hold; none until others have let some go.
    public var connections: Int
    /// How long ago the sender's last message ended; nil when none did within the hour.
    public var sinceLast: Duration?
}

/// How one sender's connections are divided now.
public struct SenderDivision: Sendable {
    public var revision: Int
    public var maxConnections: Int
    /// The starts at work on it, in order, and how many connections each of them holds.
    public var holders: [(epoch: Epoch.ID, connections: Int)]

    /// As many as `epoch` ought to hold.
    public func fairShare(of epoch: Epoch.ID) -> Int {
        let place = holders.firstIndex { $0.epoch == epoch } ?? holders.count
        return ConnectionShare.of(maxConnections, among: max(holders.count, place + 1), place: place)
    }

    public func held(by epoch: Epoch.ID) -> Int { holders.first { $0.epoch == epoch }?.connections ?? 0 }
}

/// Which starts are at work on which sender, so that limits hold over all nodes: a sender's row is held while something is
/// given out, and what was given out is in the ledger before it is used.
extension Transaction {
    /// How many more messages a sender may be granted.
    public func room(of sender: SenderRecord) throws -> Int {
        let now = try now
        var room = SendRoom(limit: sender.maxPerHour, warmUp: sender.warmUp)
        room.granted = try count(
            """
            SELECT COALESCE(SUM(granted), 0) FROM sender_work
            WHERE account_id = \(sender.accountID) AND sender_id = \(sender.id)
            """)
        room.usedInHour = try count(
            """
            SELECT COALESCE(SUM(messages), 0) FROM sender_usage
            WHERE account_id = \(sender.accountID) AND sender_id = \(sender.id)
                AND second >= \(SendRoom.firstSecond(at: now))
            """)
        if let plan = sender.warmUp {
            room.usedInDay = try account(sender.accountID).messagesEnded(by: sender.id, since: plan.dayBegan(at: now))
        }
        return room.available(at: now)
    }

    /// Puts a start to work on a sender. One that spreads its messages evenly is for one node at a time, and so is each
    /// connection: when others have them all, the start is entered without any, and they let go of some.
    ///
    /// - Parameter most: as many connections as the node holds for one sender.
    /// - Returns: nil when there is nothing for it.
    public func join(_ sender: SenderRecord, epoch: Epoch.ID, most: Int) throws -> SenderShare? {
        guard let current = try lockedSender(sender.id), current.revision == sender.revision else { return nil }
        let others = try division(of: [sender.id])[sender.id]?.holders.filter { $0.epoch != epoch } ?? []
        if current.spreadsEvenly, !others.isEmpty { return nil }
        guard others.count < current.maxConnections else { return nil }
        let free = current.maxConnections - others.reduce(0) { $0 + $1.connections }
        let place = others.count { $0.epoch < epoch }
        let fair = ConnectionShare.of(current.maxConnections, among: others.count + 1, place: place)
        let connections = max(0, min(free, fair, most))
        try run(
            """
            INSERT INTO sender_work (account_id, sender_id, epoch, connections)
            VALUES (\(sender.accountID), \(sender.id), \(epoch), \(connections))
            ON CONFLICT (account_id, sender_id, epoch) DO UPDATE SET granted = 0, connections = excluded.connections,
                open_connections = 0, connection_limit = 0, rests_until = NULL, reason = ''
            """)
        return SenderShare(connections: connections, sinceLast: try sinceLastMessage(of: sender))
    }

    /// The start has nothing of the sender in its hands any more.
    ///
    /// - Parameter rest: until when it tries nothing, and why.
    public func leave(
        _ sender: SenderRecord, epoch: Epoch.ID, resting rest: (until: Instant, reason: String)? = nil
    ) throws {
        guard let rest else {
            try run(
                """
                DELETE FROM sender_work
                WHERE account_id = \(sender.accountID) AND sender_id = \(sender.id) AND epoch = \(epoch)
                """)
            return
        }
        try run(
            """
            UPDATE sender_work SET granted = 0, connections = 0, open_connections = 0, connection_limit = 0,
                rests_until = \(rest.until), reason = \(rest.reason)
            WHERE account_id = \(sender.accountID) AND sender_id = \(sender.id) AND epoch = \(epoch)
            """)
    }

    /// How the connections of these senders are divided, with the senders' revisions. Who rests has none and wants none.
    public func division(of senders: [Sender.ID]) throws -> [Sender.ID: SenderDivision] {
        var divisions: [Sender.ID: SenderDivision] = [:]
        try forEach(
            """
            SELECT s.id, s.revision, s.max_connections, w.epoch, w.connections FROM sender s
            LEFT JOIN sender_work w ON w.account_id = s.account_id AND w.sender_id = s.id AND w.rests_until IS NULL
            WHERE \(dialect.among("s.id", senders.map(\.rawValue))) ORDER BY s.id, w.epoch
            """
        ) { row in
            let sender = try row.id(0, as: Sender.ID.self)
            var division =
                try divisions[sender]
                ?? SenderDivision(revision: try row.int(1), maxConnections: try row.int(2), holders: [])
            if let epoch = try row.optionalID(3, as: Epoch.ID.self) {
                division.holders.append((epoch, try row.int(4)))
            }
            divisions[sender] = division
        }
        return divisions
    }

    /// Lets go of connections, or takes as many more as are free.
    /// - Returns: as many as the start may hold now.
    public func setConnections(_ wanted: Int, of sender: Sender.ID, epoch: Epoch.ID) throws -> Int {
        guard let record = try lockedSender(sender), let division = try division(of: [sender])[sender] else { return 0 }
        let others = division.holders.filter { $0.epoch != epoch }.reduce(0) { $0 + $1.connections }
        let connections = max(0, min(wanted, record.maxConnections - others))
        let changed = try run(
            """
            UPDATE sender_work SET connections = \(connections)
            WHERE account_id = \(record.accountID) AND sender_id = \(sender) AND epoch = \(epoch)
            """)
        return changed == 1 ? connections : 0
    }

    /// Makes the room for a claim, where its node has been granted too little: some more than it needs, so that not each
    /// claim has to look: up to an eighth of what there is.
    func extend(_ claim: Claim, epoch: Epoch.ID) throws -> Int {
        guard let spare = claim.spare, spare < claim.limit, let sender = try lockedSender(claim.sender) else {
            return 0
        }
        let room = try room(of: sender)
        let more = min(room, max(claim.limit - spare, min(room / 8, Self.mostAhead)))
        guard more > 0 else { return 0 }
        let changed = try run(
            """
            UPDATE sender_work SET granted = granted + \(more)
            WHERE account_id = \(sender.accountID) AND sender_id = \(sender.id) AND epoch = \(epoch)
            """)
        return changed == 1 ? more : 0
    }

    private static var mostAhead: Int { 5000 }

    private func lockedSender(_ sender: Sender.ID) throws -> SenderRecord? {
        try first(
            "SELECT \(SenderRecord.columns) FROM sender WHERE id = \(sender) \(dialect.lockingRows)", SenderRecord.init)
    }

    private func sinceLastMessage(of sender: SenderRecord) throws -> Duration? {
        let now = try now
        let last = try first(
            """
            SELECT MAX(second) FROM sender_usage WHERE account_id = \(sender.accountID) AND sender_id = \(sender.id)
                AND second >= \(SendRoom.firstSecond(at: now))
            """
        ) { try $0.optionalInt64(0) }
        // Room for a mail that is in no ledger is taken ahead of time: that is no reason to keep the next one waiting so long.
        return last.flatMap(\.self).map { max(.zero, now - Instant(rawValue: $0 * 1_000_000)) }
    }
}

/// What nodes do for a sender, for people.
public struct SenderActivityRecord: Sendable, Hashable {
    public var openConnections: Int
    /// As many as the server was found to take.
    public var connectionLimit: Int
    /// Until when nothing is tried, where all rest.
    public var restsUntil: Instant?
    public var reason: String

    public init(openConnections: Int, connectionLimit: Int, restsUntil: Instant? = nil, reason: String = "") {
        self.openConnections = openConnections
        self.connectionLimit = connectionLimit
        self.restsUntil = restsUntil
        self.reason = reason
    }
}

extension AccountScope {
    /// What all nodes together do for a sender; nil when none does anything.
    public func activity(of sender: Sender.ID) throws -> SenderActivityRecord? {
        let now = try transaction.now
        let found = try transaction.rows(
            """
            SELECT w.open_connections, w.connection_limit, w.rests_until, w.reason
            FROM sender_work w JOIN epoch e ON e.id = w.epoch
            WHERE w.account_id = \(id) AND w.sender_id = \(sender) AND e.ended_at IS NULL
                AND (w.rests_until IS NULL OR w.rests_until > \(now))
            """
        ) {
            SenderActivityRecord(
                openConnections: try $0.int(0), connectionLimit: try $0.int(1), restsUntil: try $0.optionalInstant(2),
                reason: try $0.string(3))
        }
        let atWork = found.filter { $0.restsUntil == nil }
        guard !atWork.isEmpty else { return found.min { $0.restsUntil ?? now < $1.restsUntil ?? now } }
        return SenderActivityRecord(
            openConnections: atWork.reduce(0) { $0 + $1.openConnections },
            connectionLimit: atWork.reduce(0) { $0 + $1.connectionLimit })
    }
}

extension Transaction {
    /// Writes down what a start does for senders, for people who look from another node.
    public func note(_ work: [(sender: Sender.ID, open: Int, limit: Int)], epoch: Epoch.ID) throws {
        for entry in work.sorted(by: { $0.sender < $1.sender }) {
            try run(
                """
                UPDATE sender_work SET open_connections = \(entry.open), connection_limit = \(entry.limit)
                WHERE epoch = \(epoch) AND sender_id = \(entry.sender)
                """)
        }
    }
}
