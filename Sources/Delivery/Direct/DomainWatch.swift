internal import DequeModule

/// Tells a name server that knows nobody from a list with some dead domains.
///
/// Whose domain does not exist fails. A name server that is out of order, or filters, says it of all, and a whole campaign
/// would fail. So where nearly all of the last mails had nowhere to go, and not to one dead domain alone, it is taken for a
/// fault that a person has to look at, as with ``UnknownWatch``.
struct DomainWatch {
    static let window = 50
    /// One domain, or two, may be dead and have many recipients in a row.
    static let leastDomains = 3

    private var recent: Deque<(domain: String, isDead: Bool)> = []

    /// - Returns: how many of the last mails had nowhere to go, once that is not to be believed.
    mutating func note(_ domain: String, isDead: Bool) -> (dead: Int, of: Int)? {
        recent.append((domain, isDead))
        if recent.count > Self.window { recent.removeFirst() }
        guard isDead, recent.count * 2 >= Self.window else { return nil }
        let dead = recent.filter(\.isDead)
        guard dead.count * UnknownWatch.share.of >= recent.count * UnknownWatch.share.at,
            Set(dead.map(\.domain)).count >= Self.leastDomains
        else { return nil }
        return (dead.count, recent.count)
    }
}
