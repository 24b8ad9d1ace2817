/// What `message.next_at` says of one that waits, beside the time of its next try.
///
/// Those that were never in anybody's hands have 0: they are claimed in the order of their ids, which is that of planning, and none
/// comes back to them, so that a list of what waits may begin behind the last one that was sent
/// (``AccountScope/messageIDs(of:in:after:upTo:limit:matching:)``).
enum DueTime {
    /// Due, and before all others: of one that was in hand already, or that somebody wants to be tried now.
    static let atOnce: SQL = "-1"
    /// Of a row that is given back untried: due as it was.
    static let givenBack: SQL = "CASE WHEN next_at = 0 THEN -1 ELSE next_at END"
}
