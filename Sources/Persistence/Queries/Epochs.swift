public import Campaigns

/// How long a start of a node is taken for alive (DESIGN §4.4).
public enum Lease {
    /// Without a renewal for so long, by the database's clock, another node may take over.
    public static let lifetime = Duration.seconds(15)
}

/// The book of epochs: one for each start of a node. Its number fences all that the start writes.
extension Transaction {
    /// Enters this start into the book.
    ///
    /// - Parameter identity: what only one process at a time can have (a locked data folder). Earlier starts of the same
    ///   identity are dead, however short their silence.
    public func beginEpoch(node: String, identity: String = "") throws -> Epoch.ID {
        let now = try now
        return try one(
            """
            INSERT INTO epoch (node, identity, started_at, renewed_at)
            VALUES (\(node), \(identity), \(now), \(now)) RETURNING id
            """
        ) { try $0.id(0) }
    }

    /// Says that the start is alive. A lease that is over and that nobody has taken is simply renewed.
    /// - Returns: false when it was declared dead.
    public func renew(_ epoch: Epoch.ID) throws -> Bool {
        let now = try now
        return try run("UPDATE epoch SET renewed_at = \(now) WHERE id = \(epoch) AND ended_at IS NULL") == 1
    }

    /// The start has ended by itself.
    public func end(_ epoch: Epoch.ID) throws {
        let now = try now
        try run("UPDATE epoch SET ended_at = \(now) WHERE id = \(epoch) AND ended_at IS NULL")
        try run("DELETE FROM sender_work WHERE epoch = \(epoch)")
    }

    /// Starts that are over, whose work nobody has taken yet: ended, silent for too long, or earlier ones of this identity.
    public func epochsToRescue(
        by epoch: Epoch.ID, identity: String, lifetime: Duration = Lease.lifetime
    ) throws -> [Epoch.ID] {
        let oldest = try now - lifetime
        return try rows(
            """
            SELECT id FROM epoch WHERE rescued_at IS NULL AND id <> \(epoch)
                AND (ended_at IS NOT NULL OR renewed_at <= \(oldest) OR (identity = \(identity) AND id < \(epoch)))
            ORDER BY id
            """
        ) { try $0.id(0) }
    }

    /// Declares a start dead, unless it has renewed its lease meanwhile. From then on it is given no go-ahead for a dot.
    /// - Returns: whether it is dead.
    public func declareDead(
        _ dead: Epoch.ID, by epoch: Epoch.ID, identity: String, lifetime: Duration = Lease.lifetime
    ) throws -> Bool {
        let now = try now
        try run(
            """
            UPDATE epoch SET ended_at = \(now) WHERE id = \(dead) AND ended_at IS NULL
                AND (renewed_at <= \(now - lifetime) OR (identity = \(identity) AND id < \(epoch)))
            """)
        return try count("SELECT COUNT(*) FROM epoch WHERE id = \(dead) AND ended_at IS NOT NULL") == 1
    }
}
