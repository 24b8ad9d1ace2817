internal import Campaigns

extension MessageState {
    /// Word for word what the index `message_trouble` holds, so that SQLite sees that it may be used.
    static let isInTrouble: SQL =
        "(state = 'failed' OR state = 'unknown' OR state = 'cancelled' OR state = 'quarantined')"
}
